# Run by cpack over what it has installed and before it packs: texts are compressed as Debian wants
# them, and nothing tells when or under which mask it was built.
function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Debian's own changelog says where the other one is.
execute_process(COMMAND date -u -R -d @$ENV{SOURCE_DATE_EPOCH}
    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(GLOB folders ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*)
foreach(folder ${folders})
    set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
    file(WRITE ${folder}/changelog.Debian
        "uvpipe (${version}) unstable; urgency=medium\n\n"
        "  * Built from the sources by cpack; what is new is told in changelog.gz.\n\n"
        " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
endforeach()

file(GLOB_RECURSE texts ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/*.[1-9]
    ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/changelog*)
list(SORT texts)
foreach(text ${texts})
    run(gzip -9 -n -f ${text})
endforeach()

run(chmod -R u=rwX,go=rX ${CPACK_TEMPORARY_DIRECTORY})
run(find ${CPACK_TEMPORARY_DIRECTORY} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} +)
