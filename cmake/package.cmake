# What is installed: the program with its configs and manifest of texts; and the library in float, for
# find_package(lengthwise) and lengthwise::lengthwise. cpack makes two packages of it for Debian.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS lengthwise RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/lengthwise COMPONENT program)
install(DIRECTORY data DESTINATION ${CMAKE_INSTALL_DATADIR}/lengthwise COMPONENT program PATTERN corpora EXCLUDE)
# What the program says of itself, where man and the shells look for it.
if(NOT CMAKE_CROSSCOMPILING)
  set(words ${PROJECT_BINARY_DIR}/generated/words)
  add_custom_command(OUTPUT ${words}/lengthwise.1 ${words}/bash ${words}/zsh ${words}/fish DEPENDS lengthwise VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory ${words}
    COMMAND sh -c "\"$1\" manual > \"$2/lengthwise.1\" && for shell in bash zsh fish; do \"$1\" completion $shell > \"$2/$shell\" || exit 1; done"
            sh $<TARGET_FILE:lengthwise> ${words})
  add_custom_target(words ALL DEPENDS ${words}/lengthwise.1)
  install(FILES ${words}/lengthwise.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${words}/bash RENAME lengthwise DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
  install(FILES ${words}/zsh RENAME _lengthwise DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
  install(FILES ${words}/fish RENAME lengthwise.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()
install(PROGRAMS scripts/fetch_corpus DESTINATION ${CMAKE_INSTALL_DATADIR}/lengthwise/scripts COMPONENT program)
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

if(TARGET lengthwise_mpi)  # where launch.cpp looks for it; in no package, which would then need an MPI
  install(TARGETS lengthwise_mpi LIBRARY DESTINATION lib/lengthwise COMPONENT mpi)
endif()

get_property(rooms GLOBAL PROPERTY LENGTHWISE_ROOMS)
list(TRANSFORM rooms APPEND _float)
add_library(lengthwise_library INTERFACE)
set_target_properties(lengthwise_library PROPERTIES EXPORT_NAME lengthwise)
target_link_libraries(lengthwise_library INTERFACE ${rooms})
install(TARGETS lengthwise_library lengthwise_options ${rooms} EXPORT lengthwise
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/lengthwise COMPONENT library
        FILE_SET HEADERS DESTINATION include/lengthwise COMPONENT library)
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/encodings DESTINATION include/lengthwise COMPONENT library
        FILES_MATCHING PATTERN "*.hpp")
install(EXPORT lengthwise NAMESPACE lengthwise:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise COMPONENT library
        FILE lengthwise-targets.cmake)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/lengthwise-config.cmake.in ${PROJECT_BINARY_DIR}/lengthwise-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lengthwise-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lengthwise-config.cmake ${PROJECT_BINARY_DIR}/lengthwise-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise COMPONENT library)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "the Lengthwise authors")
set(CPACK_PACKAGE_CONTACT "the Lengthwise authors <lengthwise@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL program library)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME lengthwise)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "gnuplot-nox, libjs-chart.js, libopenblas0-pthread, bible-kjv, python3")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "trains tiny transformers with pluggable positional encodings
 Which positional encoding still works on sequences longer than those it was trained on? Studies are described by
 configs and give the same bits every time.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME liblengthwise-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "libfmt-dev, nlohmann-json3-dev, libssl-dev, librandom123-dev, libopenblas0-pthread")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "library of the program lengthwise
 An encoding of one's own, trained and evaluated from C++: find_package(lengthwise).")
include(CPack)
