# cpack: three Debian packages. The program needs none of the others: it has our code in it.
# What is the same for each is settled in settle.cmake, so that two builds give the same bytes.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME uvpipe)
set(CPACK_PACKAGE_VENDOR "the uvpipe authors")
set(UVP_PACKAGE_CONTACT "the uvpipe authors <uvpipe@localhost>" CACHE STRING
    "who answers for the packages: the Maintainer of a .deb")
set(CPACK_PACKAGE_CONTACT "${UVP_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 1)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/tools/package/begin.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/tools/package/settle.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/tools/package/finish.cmake)
set(CPACK_UVP_SOURCE ${PROJECT_SOURCE_DIR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME uvpipe)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "UV atlases for the meshes in a stream of files
A filter that reads archives, folders and single meshes, gives every mesh a
valid UV atlas, and writes the same files on: same members, same names, same
order. What is not a mesh goes through byte for byte.")

set(package_library libuvpipe${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${package_library})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "UV atlases for meshes in memory (shared library)
The engine of uvpipe for other programs: unwraps meshes and mesh files in
memory, and judges UVs of any origin.")
# Instead of scripts that call ldconfig: whom programs that link it depend on, and what it sets off.
file(WRITE ${PROJECT_BINARY_DIR}/debian/shlibs
    "libuvpipe ${PROJECT_VERSION_MAJOR} ${package_library} (>= ${PROJECT_VERSION})\n")
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${PROJECT_BINARY_DIR}/debian/shlibs ${PROJECT_BINARY_DIR}/debian/triggers)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libuvpipe-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "${package_library} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
get_property(static_packages GLOBAL PROPERTY UVP_STATIC_PACKAGES)
if(static_packages)
    set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "${static_packages}")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "UV atlases for meshes in memory (development)
Header, static library, pkg-config file and CMake package of libuvpipe, the
engine of uvpipe for other programs.")

# What Debian wants to find beside each package.
foreach(pair program:uvpipe library:${package_library} development:libuvpipe-dev)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 component)
    list(GET pair 1 folder)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${folder} COMPONENT ${component})
    install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md RENAME changelog
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${folder} COMPONENT ${component})
endforeach()

include(CPack)
