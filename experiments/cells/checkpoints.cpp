#include "experiments/cells/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/safetensors.hpp"
#include "core/training/checkpoint.hpp"
#include "experiments/system/folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "step-", suffix = ".safetensors";

std::string found_in(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

}  // namespace

checkpoints::checkpoints(fs::path folder, origin o) : folder_(std::move(folder)), origin_(std::move(o)) {}

fs::path checkpoints::file(int step) const { return folder_ / fmt::format("{}{:06}{}", prefix, step, suffix); }

std::vector<int> checkpoints::steps() const {
  std::vector<int> all;
  std::error_code none;  // no folder, no checkpoints
  for (fs::directory_iterator at(folder_, none), end; !none && at != end; at.increment(none)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    const char *first = name.data() + prefix.size(), *last = name.data() + name.size() - suffix.size();
    int step = 0;
    if (const auto [stop, problem] = std::from_chars(first, last, step);
        problem == std::errc() && stop == last && step >= 0 && at->path() == file(step))
      all.push_back(step);
  }
  std::ranges::sort(all, std::greater<>());
  return all;
}

bool checkpoints::load_newest(trainer& t, notes& n, observer& told) const {
  return load_newest([&](const fs::path& file) { return t.load(file); }, n, told);
}

std::optional<int> checkpoints::load_newest(transformer& model, notes& n, observer& told) const {
  int step = 0;
  const auto load = [&](const fs::path& file) {
    checkpoint_header header = read_checkpoint(file, model.layout(), {model.parameters(), nullptr, nullptr});
    step = header.step;
    return std::move(header.metadata);
  };
  return load_newest(load, n, told) ? std::optional(step) : std::nullopt;
}

bool checkpoints::load_newest(const std::function<metadata(const fs::path&)>& load, notes& n, observer& told) const {
  const std::vector<int> all = steps();
  for (const int step : all) {
    const fs::path path = file(step);
    metadata found;
    try {
      found = load(path);
    } catch (const damaged_file& problem) {
      told.note(fmt::format("warning: {}; set aside, looking for the checkpoint before it", problem.what()));
      std::error_code code;
      fs::rename(path, path.string() + ".damaged", code);
      if (code)
        throw io_error(
            fmt::format("cannot rename the damaged {}: {}; remove it", printable(path.string()), code.message()));
      continue;
    }
    const std::string training = found_in(found, "training_hash");
    const bool same_training = !training.empty() && training == origin_.training_hash;
    if (const std::string hash = found_in(found, "config_hash"); hash != origin_.config_hash && !same_training)
      throw usage_error(fmt::format("{} was made by another config (hash {} there, {} here); give another --output",
                                    printable(path.string()), printable(hash.substr(0, 12)),
                                    origin_.config_hash.substr(0, 12)));
    if (const std::string digest = found_in(found, "corpus_sha256");
        digest != origin_.corpus_sha256 && !origin_.corpus_sha256.empty())
      throw data_error(fmt::format(
          "the text has changed since {} (SHA-256 {} there, {} now)\nbring back the text or give another --output",
          printable(path.string()), printable(digest.substr(0, 12)), origin_.corpus_sha256.substr(0, 12)));
    n.last_loss = std::strtod(found_in(found, "last_loss").c_str(), nullptr);
    n.seconds = std::strtod(found_in(found, "seconds").c_str(), nullptr);
    remove_old();  // a kill may have come between saving and removing
    return true;
  }
  if (!all.empty())
    told.note(fmt::format("warning: no checkpoint in {} is whole; beginning anew", printable(folder_.string())));
  return false;
}

void checkpoints::save(const trainer& t, const notes& n) const {
  make_folder(folder_);
  const fs::path path = file(t.steps_done());
  t.save(path, metadata_of(n));
  read_safetensors(path, checksums::with);
  remove_old();
}

checkpoints::metadata checkpoints::metadata_of(const notes& n) const {
  return {{"config_hash", origin_.config_hash},
          {"training_hash", origin_.training_hash},
          {"corpus_sha256", origin_.corpus_sha256},
          {"last_loss", fmt::format("{:a}", n.last_loss)},
          {"seconds", fmt::format("{:.3f}", n.seconds)}};
}

void checkpoints::keep(int whole_ones, const trainer& t, const notes& n) const {
  if (whole_ones > 0) return remove_old(static_cast<std::size_t>(whole_ones));
  const fs::path path = file(t.steps_done());
  t.save_parameters(path, metadata_of(n));
  read_safetensors(path, checksums::with);
  remove_old(1);
}

void checkpoints::remove_old(std::size_t kept_ones) const {
  const std::vector<int> all = steps();
  for (std::size_t i = kept_ones; i < all.size(); ++i) {
    std::error_code ignored;  // one too many does no harm
    fs::remove(file(all[i]), ignored);
  }
}

}  // namespace lengthwise
