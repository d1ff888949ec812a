# Floors: every room of core/ is a library that sees only the rooms it names, all of them below it. Each is built twice:
# in float, which trains, and in double, which the gradient checks and the conformance command use. The double build
# renames the root namespace, so that one program can hold both without two meanings for one symbol.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")  # the kernels, where time goes, are built with -O3

# For what runs seldom or waits for disks: about a quarter less time to compile.
set(LENGTHWISE_LESS_OPTIMISED $<$<CONFIG:Release,RelWithDebInfo>:-O1>)

set(LENGTHWISE_PRECISIONS float double)
option(LENGTHWISE_WERROR "Treat warnings as errors (the presets do)" OFF)
option(LENGTHWISE_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
option(LENGTHWISE_FUZZ "Build libFuzzer programs of the readers (clang++ only)" OFF)

add_library(lengthwise_options INTERFACE)
target_include_directories(lengthwise_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
  $<INSTALL_INTERFACE:include/lengthwise>)
target_compile_features(lengthwise_options INTERFACE cxx_std_20)
# Bits: no contraction (g++ and clang++ contract differently), no -ffast-math. No code reads errno or traps, and saying so
# lets loops over square roots and comparisons become vectors without changing a bit.
target_compile_options(lengthwise_options INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)
# Warnings are for who works on this, and not for who uses the library.
target_compile_options(lengthwise_options INTERFACE
  $<BUILD_INTERFACE:-Wall> $<BUILD_INTERFACE:-Wextra> $<BUILD_INTERFACE:-Wpedantic> $<BUILD_INTERFACE:-Wconversion>
  $<BUILD_INTERFACE:-Wshadow> $<$<BOOL:${LENGTHWISE_WERROR}>:$<BUILD_INTERFACE:-Werror>>)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(lengthwise_options INTERFACE -march=x86-64-v3)
endif()
if(LENGTHWISE_SANITIZE)
  target_compile_options(lengthwise_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                      -fno-omit-frame-pointer)
  target_link_options(lengthwise_options INTERFACE -fsanitize=address,undefined)
endif()

if(LENGTHWISE_FUZZ)
  target_compile_options(lengthwise_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(lengthwise_floor room)
  cmake_parse_arguments(arg "LESS_OPTIMISED" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/${room}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/${room}/*.hpp)
  list(FILTER sources EXCLUDE REGEX "/level\\.cpp$")  # built once per instruction set, below
  set_property(GLOBAL APPEND PROPERTY LENGTHWISE_ROOMS ${room})
  foreach(precision IN LISTS LENGTHWISE_PRECISIONS)
    set(target ${room}_${precision})
    if(sources OR room MATCHES "^(kernels|attention)$")
      add_library(${target} STATIC EXCLUDE_FROM_ALL ${sources})  # not every room is asked for in double
      set(scope PUBLIC)
    else()
      add_library(${target} INTERFACE)
      set(scope INTERFACE)
    endif()
    if(headers)
      target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
    endif()
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${room} OUTPUT_NAME lengthwise_${room}$<$<STREQUAL:${precision},double>:_double>)
    target_link_libraries(${target} ${scope} lengthwise_options ${arg_LIBRARIES})
    if(arg_LESS_OPTIMISED)
      target_compile_options(${target} PRIVATE ${LENGTHWISE_LESS_OPTIMISED})
    endif()
    target_compile_definitions(${target} ${scope} LENGTHWISE_REAL=${precision}
                               $<$<STREQUAL:${precision},double>:lengthwise=lengthwise_double>)
    foreach(below IN LISTS arg_DEPENDS)
      target_link_libraries(${target} ${scope} ${below}_${precision})
    endforeach()
  endforeach()
endfunction()

# core/kernels/level.cpp is built once per instruction set; the program chooses when it starts (core/kernels/kernels.hpp).
function(lengthwise_kernel_levels)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(levels v3 v4)
  else()
    set(levels generic)
  endif()
  foreach(precision IN LISTS LENGTHWISE_PRECISIONS)
    foreach(level IN LISTS levels)
      set(target kernels_${precision}_${level})
      add_library(${target} OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/core/kernels/level.cpp)
      target_link_libraries(${target} PRIVATE lengthwise_options)
      target_compile_definitions(${target} PRIVATE LENGTHWISE_REAL=${precision} LENGTHWISE_LEVEL=${level}
                                 $<$<STREQUAL:${precision},double>:lengthwise=lengthwise_double>)
      target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O3>)
      if(LENGTHWISE_FUZZ)  # a loop with counters in it stays scalar, and clang++ says so
        target_compile_options(${target} PRIVATE -Wno-pass-failed)
      endif()
      if(level STREQUAL "v4")  # what x86-64-v4 adds to v3; a second -march would depend on the order of options
        target_compile_options(${target} PRIVATE -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl
                                                 -mprefer-vector-width=512)
      endif()
      target_sources(kernels_${precision} PRIVATE $<TARGET_OBJECTS:${target}>)
    endforeach()
  endforeach()
endfunction()
