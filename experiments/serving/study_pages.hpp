// What is served of a study: a page that follows it, its data, and the report of what is finished.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "experiments/progress/standing.hpp"
#include "experiments/serving/followed_metrics.hpp"
#include "experiments/serving/loopback_server.hpp"

namespace lengthwise {

class study_pages {
 public:
  explicit study_pages(std::filesystem::path folder) : folder_(std::move(folder)), watch_(folder_) {}

  // Of "/", "/follow.js", "/follow.css", "/chart.js", "/standing.json", "/curves.json" and "/report": there is nothing
  // else, whatever files the folder holds. Throws usage_error where the folder holds no study.
  web_answer operator()(std::string_view path);

 private:
  std::string curves_json();

  std::filesystem::path folder_;
  study_watch watch_;
  std::map<std::string, followed_metrics> curves_;
};

}  // namespace lengthwise
