// manifest.json: which program made a result, where and from which text; with the config enough to repeat it.
#pragma once
#include <string>

#include "core/text/corpus.hpp"
#include "experiments/config/config.hpp"

namespace lengthwise {

std::string manifest_text(const cell_config&, const corpus&, int threads);

// The processor's name as the system gives it.
std::string processor_name();

}  // namespace lengthwise
