# Writes build_info.cpp (build_info.hpp says what is in it), and leaves it alone when nothing has changed.
find_package(Git QUIET)
set(COMMIT "unknown")
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
                  OUTPUT_VARIABLE described RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(status EQUAL 0)
    set(COMMIT "${described}")
  endif()
endif()
string(STRIP "${FLAGS}" FLAGS)
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "experiments/system/build_info.hpp"

namespace lengthwise {

const build_info this_build{"@VERSION@", "@COMMIT@", "@COMPILER@", "@FLAGS@"};

}  // namespace lengthwise
]])
