// A vector file as it lies on the disk: tensors in F64, and what its metadata say of the problem.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/reading/view.hpp"
#include "core/storage/safetensors.hpp"

namespace lengthwise {

class vector_file {
 public:
  static constexpr std::int64_t largest_extent = 1 << 20;

  // Throws damaged_file, as all of its members do where the file lacks something or holds something else.
  explicit vector_file(const std::filesystem::path&);
  [[noreturn]] void refuse(const std::string& reason) const;

  bool has(const std::string& tensor) const { return find(tensor) != nullptr; }
  const tensor_record* find(const std::string& tensor) const;
  std::vector<std::int64_t> shape(const std::string& tensor, std::size_t rank) const;
  // The numbers of a tensor that must have this shape.
  std::vector<double> numbers(const std::string& tensor, const std::vector<std::int64_t>& wanted) const;
  std::vector<real> reals(const std::string& tensor, const std::vector<std::int64_t>& wanted) const;

  std::string metadata(const std::string& key) const;
  int train_length() const;
  // Of the [encoding] section. Throws usage_error for an encoding or a key that there is not.
  std::unique_ptr<encoding> read_encoding() const;
  // How the problem is read, by its "extension"; raw where it has none. Throws usage_error for what there is not.
  std::unique_ptr<view> read_view() const;
  // What its "attention" chooses, for one layer; the defaults where it has none. Throws usage_error likewise.
  attention_config read_attention() const;

 private:
  std::filesystem::path path_;
  safetensors contents_;
};

}  // namespace lengthwise
