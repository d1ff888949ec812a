#include "core/text/synthetic.hpp"

#include <array>
#include <cmath>
#include <string_view>

#include "core/math/random.hpp"

namespace lengthwise::synthetic {

namespace {

constexpr std::size_t groups = 8;
constexpr std::size_t keys = (1 << groups) - 1;
constexpr int rarest_period = 3;  // a key of group g has probability 2^-(3 + g)

constexpr std::string_view consonants = "bcdfghjklmnprstv";
constexpr std::string_view vowels = "aeio";
static_assert(consonants.size() == 16 && vowels.size() == 4);

constexpr std::uint32_t value_mask = (1 << 24) - 1;

// The `count` lowest bits, taken off.
constexpr std::uint32_t take(std::uint32_t& bits, unsigned count) {
  const std::uint32_t taken = bits & ((1u << count) - 1);
  bits >>= count;
  return taken;
}

void append_value(std::string& text, std::uint32_t value) {
  for (int syllable = 0; syllable < 4; ++syllable) {
    text += consonants[take(value, 4)];
    text += vowels[take(value, 2)];
  }
}

}  // namespace

std::string text(std::uint64_t seed, std::size_t bytes) {
  const random_source initial{seed, random_stream::synthetic_text, 0};
  const random_source records{seed, random_stream::synthetic_text, 1};

  std::array<std::uint32_t, keys> dictionary{};
  for (std::size_t key = 0; key < keys; ++key) dictionary[key] = initial.bits(key)[0] & value_mask;

  std::string text;
  text.reserve(bytes + record_bytes);
  for (std::uint64_t record = 0; text.size() < bytes; ++record) {
    // Powers of two everywhere: fair draws are pieces of random words, and no rounding depends on the machine.
    auto [choice, fresh_value, unused1, unused2] = records.bits(record);
    const std::uint32_t group = take(choice, 3);
    const std::uint32_t index = take(choice, group);
    const bool redefined = take(choice, 2) == 0;
    std::uint32_t& value = dictionary[(std::size_t{1} << group) - 1 + index];
    if (redefined) value = fresh_value & value_mask;

    text += static_cast<char>('A' + group);
    text += consonants[index % 16];
    text += static_cast<char>('0' + index / 16);
    text += redefined ? '=' : ':';
    append_value(text, value);
    text += '\n';
  }
  text.resize(bytes);
  return text;
}

namespace {

constexpr double value_bits = 24;
constexpr double redefined = 0.25;

// Bits of a record but for the values that are recalled.
double bits_of_the_new() {
  const double key = 3 + 3.5;
  const double sign = 2 - 0.75 * std::log2(3.0);
  return key + sign + redefined * value_bits;
}

}  // namespace

double entropy(std::size_t records) {
  double unseen = 0;
  for (std::size_t group = 0; group < groups; ++group) {
    const double probability = std::ldexp(1.0, -rarest_period - static_cast<int>(group));
    unseen += std::pow(1 - probability, static_cast<double>(records)) / groups;
  }
  return (bits_of_the_new() + (1 - redefined) * value_bits * unseen) / record_bytes;
}

double entropy() { return bits_of_the_new() / record_bytes; }

double entropy_of_window(std::size_t records) {
  double unseen = 0;  // sums of geometric series
  for (std::size_t group = 0; group < groups; ++group) {
    const double probability = std::ldexp(1.0, -rarest_period - static_cast<int>(group));
    unseen += (1 - std::pow(1 - probability, static_cast<double>(records))) / probability / groups;
  }
  return (bits_of_the_new() + (1 - redefined) * value_bits * unseen / static_cast<double>(records)) / record_bytes;
}

}  // namespace lengthwise::synthetic
