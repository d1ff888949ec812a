#include "experiments/cells/evaluate_lengths.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/atomic_file.hpp"
#include "core/storage/npy.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

std::vector<evaluation_record> evaluate_lengths(
    const transformer& model, std::span<const token_id> text, const evaluate_config& config, int threads,
    const fs::path& folder, std::vector<evaluation_record> done, observer& told,
    const std::function<void(const std::vector<evaluation_record>&)>& store) {
  make_folder(folder / "nll");
  make_folder(folder / "windows");
  std::vector<evaluation_record> all;
  for (const protocol p : config.protocols)
    for (const int length : config.lengths) {
      const fs::path file = losses_file(folder, length, p), places = windows_file(folder, length, p);
      const auto before =
          std::ranges::find_if(done, [&](const evaluation_record& e) { return e.length == length && e.protocol == p; });
      if (before != done.end() &&
          (before->status == evaluation_status::out_of_domain || (fs::exists(file) && fs::exists(places)))) {
        all.push_back(*before);
        continue;
      }
      const std::string what = fmt::format("evaluating {} bytes, {}", length, name_of(p));
      const evaluation_result r = evaluate(model, text, config, length, p, threads, [&](double share) {
        if (interruption_requested())
          throw interrupted(
              "interrupted in the evaluation; the trained model is saved, run the same command again to go on");
        told.progress(share, what);
      });
      if (!r.losses.empty()) {
        std::vector<std::int64_t> where;
        for (const window_place& w : r.places)
          where.insert(where.end(), {static_cast<std::int64_t>(w.document), static_cast<std::int64_t>(w.first)});
        write_atomically(places, npy_bytes<std::int64_t>(where, {r.places.size(), 2}));
        write_atomically(file, npy_bytes<float>(r.losses, {static_cast<std::size_t>(r.windows),
                                                           static_cast<std::size_t>(r.length)}));
      }
      all.push_back({r.length, r.protocol, r.stride, "none", r.status, r.targets, r.nll, r.nll_standard_error,
                     r.perplexity, r.bits_per_byte});
      store(all);
    }
  return all;
}

}  // namespace lengthwise
