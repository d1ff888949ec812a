// A checkpoint file: every named slice of parameters and both moments, and the step, as safetensors with checksums.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "core/model/parameter_layout.hpp"

namespace lengthwise {

// The three buffers of one layout; T is real or const real.
template <class T>
struct training_buffers {
  T *parameters, *first_moment, *second_moment;
};

// Without moments (both null) it is what a finished training leaves: it can be evaluated and not gone on with.
// Atomic: the path holds a whole checkpoint or what it held before. Throws io_error.
void write_checkpoint(const std::filesystem::path&, const parameter_layout&, training_buffers<const real>, int step,
                      std::map<std::string, std::string> metadata);

struct checkpoint_header {
  int step;
  std::map<std::string, std::string> metadata;
};
// Fills the buffers that are not null; moments that the file leaves out become 0. Throws damaged_file where the file is
// not a whole checkpoint of this layout, with nothing filled.
checkpoint_header read_checkpoint(const std::filesystem::path&, const parameter_layout&, training_buffers<real>);

// SHA-256 over all parameters in order, little-endian bytes.
std::string digest_of(const parameter_layout&, const real* parameters);

// Named slices of one buffer alone, as safetensors (for programs in other languages).
void write_parameters(const std::filesystem::path&, const parameter_layout&, const real* parameters);

}  // namespace lengthwise
