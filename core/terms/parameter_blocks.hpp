// Learned parameters, or their gradients, that one layer's attention reads: a block for each part of its encoding and
// one for what attention itself learns, wherever each lies in a buffer.
#pragma once
#include <cstddef>

namespace lengthwise {

template <class T>
struct parameter_blocks {
  T* buffer;
  const std::size_t* begins;

  T* operator[](std::size_t block) const { return buffer + begins[block]; }
};

}  // namespace lengthwise
