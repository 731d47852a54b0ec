# Run by cpack over the packages it has made. Their outermost layer has the modes that the mask gave
# to temporary files; dpkg-deb, which packs them anew, has modes of its own. The scripts that cpack
# adds only call ldconfig, for which there is a trigger.
find_program(dpkg_deb dpkg-deb)
if(NOT dpkg_deb)
    return()
endif()
foreach(package ${CPACK_PACKAGE_FILES})
    set(folder ${package}.unpacked)
    file(REMOVE_RECURSE ${folder})
    execute_process(COMMAND ${dpkg_deb} -R ${package} ${folder} COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${folder}/DEBIAN/postinst ${folder}/DEBIAN/postrm)
    execute_process(COMMAND chmod 755 ${folder} ${folder}/DEBIAN COMMAND_ERROR_IS_FATAL ANY)
    execute_process(
        COMMAND ${dpkg_deb} --root-owner-group --threads-max=1 -Zxz -b ${folder} ${package}
        OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE ${folder})
endforeach()
