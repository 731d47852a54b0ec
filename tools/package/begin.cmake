# Read by cpack before it does anything: the time that goes into packages is that of the last
# commit, or of the sources where there is no git.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND git -C ${CPACK_UVP_SOURCE} log -1 --format=%ct
        OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT seconds MATCHES "^[0-9]+$")
        file(TIMESTAMP ${CPACK_UVP_SOURCE}/CHANGELOG.md seconds "%s" UTC)
    endif()
    set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endif()
