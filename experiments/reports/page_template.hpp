// The text of page/, which the build puts into the program.
#pragma once

namespace lengthwise {

struct page_template {
  const char *html, *css, *script;  // html has {{title}}, {{css}}, {{data}}, {{chart}} and {{script}} where they belong
};
extern const page_template report_page;

}  // namespace lengthwise
