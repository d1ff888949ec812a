# Every header of core/encodings is an encoding: file stem == type == name in a config. From the list follow the typelist
# (for tests), the table of names (for the program) and one translation unit per encoding and precision, the only places
# where attention is compiled for it.
function(lengthwise_registry)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/encodings/*.hpp)
  set(generated ${PROJECT_BINARY_DIR}/generated/encodings)
  foreach(header IN LISTS headers)
    cmake_path(GET header STEM encoding)
    string(APPEND includes "#include \"core/encodings/${encoding}.hpp\"\n")
    string(APPEND declarations "std::unique_ptr<encoding> make_${encoding}();\n")
    string(APPEND entries "    {\"${encoding}\", make_${encoding}},\n")
    list(APPEND types "encodings::${encoding}")
    configure_file(${PROJECT_SOURCE_DIR}/cmake/encoding.cpp.in ${generated}/${encoding}.cpp @ONLY)
    list(APPEND sources ${generated}/${encoding}.cpp)
    # One slip is said once, and not by every template that meets it.
    set_source_files_properties(${generated}/${encoding}.cpp PROPERTIES COMPILE_OPTIONS
      $<IF:$<CXX_COMPILER_ID:Clang>,-ferror-limit=3,-fmax-errors=3>)
  endforeach()
  list(JOIN types ", " types)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/typelist.hpp.in ${generated}/typelist.hpp @ONLY)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/registry.cpp.in ${generated}/registry.cpp @ONLY)
  foreach(precision IN LISTS LENGTHWISE_PRECISIONS)
    target_sources(attention_${precision} PRIVATE ${sources} ${generated}/registry.cpp)
  endforeach()
endfunction()
