// What an encoding is, from its header: as text for a terminal, as JSON, and as its page of the documentation.
#pragma once
#include <string>

#include "core/attention/encoding.hpp"

namespace lengthwise {

std::string card_text(const encoding&, const model_extents&);
std::string card_json(const encoding&, const model_extents&);
// docs/encodings/NAME.md: the card with the default hyper-parameters.
std::string card_page(const encoding&);

}  // namespace lengthwise
