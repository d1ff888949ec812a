#include "experiments/records/manifest.hpp"

#include <fmt/chrono.h>

#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/kernels/kernels.hpp"
#include "core/tensor/openblas.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/system/build_info.hpp"

namespace lengthwise {

std::string processor_name() {
  std::ifstream information("/proc/cpuinfo");
  for (std::string line; std::getline(information, line);)
    if (line.starts_with("model name") && line.find(": ") != line.npos) return line.substr(line.find(": ") + 2);
  return "unknown";
}

std::string manifest_text(const cell_config& c, const corpus& text, int threads) {
  nlohmann::ordered_json corpus = {{"name", text.name}, {"bytes", text.bytes}, {"sha256", text.sha256}};
  if (!text.documents.empty()) {
    std::array<std::size_t, 3> bytes{};
    std::array<nlohmann::ordered_json, 3> names;
    for (const corpus_document& d : text.documents) {
      const auto part = static_cast<std::size_t>(d.part);
      bytes[part] += d.bytes;
      names[part].push_back(d.name);
    }
    corpus["bytes_of_parts"] = {{"train", bytes[0]}, {"validation", bytes[1]}, {"test", bytes[2]}};
    corpus["documents"] = {{"train", names[0].size()}, {"validation", names[1]}, {"test", names[2]}};
  }
  const nlohmann::ordered_json manifest = {
      {"schema", 1},
      {"version", this_build.version},
      {"commit", this_build.commit},
      {"compiler", this_build.compiler},
      {"flags", this_build.flags},
      {"cpu", processor_name()},
      {"cores", std::thread::hardware_concurrency()},
      {"kernels", kernels().name},
      {"openblas_core", c.numerics == numerics::openblas ? openblas_core() : ""},
      {"openblas_advice", c.numerics == numerics::openblas ? openblas_advice() : ""},
      {"numerics", names_of(c.numerics)[static_cast<std::size_t>(c.numerics)]},
      {"threads", threads},
      {"config_hash", config_hash(c)},
      {"corpora", {corpus}},
      {"started", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
  return manifest.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lengthwise
