// Every length by every protocol of a config, each with its losses on the disk as soon as it is measured.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "experiments/records/result.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// Measures what `done` does not hold yet and writes FOLDER/nll/LENGTH-PROTOCOL.npy and
// FOLDER/windows/LENGTH-PROTOCOL.npy; `store` is told all records so far after each. Throws interrupted when a signal
// asks for it.
std::vector<evaluation_record> evaluate_lengths(
    const transformer&, std::span<const token_id> text, const evaluate_config&, int threads,
    const std::filesystem::path& folder, std::vector<evaluation_record> done, observer&,
    const std::function<void(const std::vector<evaluation_record>&)>& store);

}  // namespace lengthwise
