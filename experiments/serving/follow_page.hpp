// The page that follows a study, as it was written in page/; the build makes text of it.
#pragma once

namespace lengthwise {

struct follow_page_parts {
  const char *html, *css, *script;
};
extern const follow_page_parts follow_page;

}  // namespace lengthwise
