#include "core/training/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/safetensors.hpp"
#include "core/storage/sha256.hpp"

namespace lengthwise {
namespace {

constexpr const char* prefixes[] = {"", "adamw.first_moment.", "adamw.second_moment."};

void add_tensors(safetensors& file, const parameter_layout& layout, const real* values, const std::string& prefix) {
  for (const parameter_slice& slice : layout.slices())
    file.tensors.push_back(tensor_of<real>(prefix + slice.name, slice.shape, {values + slice.offset, slice.count}));
}

const tensor_record* find(const safetensors& file, const std::string& name) {
  for (const tensor_record& t : file.tensors)
    if (t.name == name) return &t;
  return nullptr;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const parameter_layout& layout,
                      training_buffers<const real> from, int step, std::map<std::string, std::string> metadata) {
  safetensors file;
  const real* buffers[] = {from.parameters, from.first_moment, from.second_moment};
  for (int i = 0; i < 3; ++i)
    if (buffers[i] != nullptr) add_tensors(file, layout, buffers[i], prefixes[i]);
  metadata["step"] = std::to_string(step);
  file.metadata = std::move(metadata);
  write_atomically(path, safetensors_bytes(file, checksums::with));
}

checkpoint_header read_checkpoint(const std::filesystem::path& path, const parameter_layout& layout,
                                  training_buffers<real> to) {
  const safetensors file = read_safetensors(path, checksums::with);
  const auto refuse = [&](const std::string& reason) {
    throw damaged_file(fmt::format("{}: not a checkpoint of this model: {}", printable(path.string()), reason));
  };
  checkpoint_header header{-1, file.metadata};
  const auto step = file.metadata.find("step");
  if (step == file.metadata.end()) refuse("it does not say its step");
  const char *begin = step->second.data(), *end = begin + step->second.size();
  if (const auto [stop, problem] = std::from_chars(begin, end, header.step);
      problem != std::errc() || stop != end || header.step < 0)
    refuse("its step is no number");
  // Tensors that are not asked for are checked all the same: a whole checkpoint is what it must be.
  const std::size_t slices = layout.slices().size();
  const int there = file.tensors.size() == slices ? 1 : 3;
  if (file.tensors.size() != static_cast<std::size_t>(there) * slices)
    refuse(fmt::format("it holds {} tensors, not {}", file.tensors.size(), 3 * slices));
  real* buffers[] = {to.parameters, to.first_moment, to.second_moment};
  for (const bool filling : {false, true})  // everything is checked before anything is filled
    for (int i = 0; i < there; ++i)
      for (const parameter_slice& slice : layout.slices()) {
        const tensor_record* tensor = find(file, prefixes[i] + slice.name);
        if (tensor == nullptr) refuse(fmt::format("tensor {}{} is missing", prefixes[i], slice.name));
        if (tensor->type != dtype_of<real>() || tensor->shape != slice.shape)
          refuse(fmt::format("tensor {} is {} [{}], not {} [{}]", tensor->name, name_of(tensor->type),
                             fmt::join(tensor->shape, ", "), name_of(dtype_of<real>()), fmt::join(slice.shape, ", ")));
        if (filling && buffers[i] != nullptr)
          std::memcpy(buffers[i] + slice.offset, tensor->bytes.data(), tensor->bytes.size());
      }
  for (int i = there; i < 3; ++i)
    if (buffers[i] != nullptr) std::fill_n(buffers[i], layout.count(), real(0));
  return header;
}

std::string digest_of(const parameter_layout& layout, const real* parameters) {
  return sha256_of(std::as_bytes(std::span(parameters, layout.count())));
}

void write_parameters(const std::filesystem::path& path, const parameter_layout& layout, const real* parameters) {
  safetensors file;
  add_tensors(file, layout, parameters, "");
  write_atomically(path, safetensors_bytes(file));
}

}  // namespace lengthwise
