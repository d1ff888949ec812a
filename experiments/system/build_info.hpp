// Which program this is. The definition is written by every build (build_info.cmake).
#pragma once
#include <string_view>

namespace lengthwise {

struct build_info {
  std::string_view version;
  std::string_view commit;  // of the source, "-dirty" appended where files had changed; "unknown" outside a repository
  std::string_view compiler;  // name and version
  std::string_view flags;
};
extern const build_info this_build;

}  // namespace lengthwise
