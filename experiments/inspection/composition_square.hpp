// Which encodings act together: the page of the whole square of pairs, as the rules have it.
#pragma once
#include <string>

namespace lengthwise {

std::string composition_square();

}  // namespace lengthwise
