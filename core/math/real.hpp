// The number type of tensors: float, which trains; double in the build that serves gradient checks and conformance.
#pragma once

namespace lengthwise {
using real = LENGTHWISE_REAL;
}  // namespace lengthwise
