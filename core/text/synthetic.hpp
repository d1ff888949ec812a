// A text with long memory whose entropy is known exactly, so that the best loss a model can reach, with any amount of
// context, is known too. Needs no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lengthwise {

/// Associative recall over a dictionary that keeps changing.
///
/// The text is a row of records, 13 bytes each: a key, '=' or ':', the key's value, a new line.
///     Hk5=tokeniba        the key Hk5 gets a new value
///     Ab0:hecodira        ...
///     Hk5:tokeniba        the key Hk5 comes up again and has kept its value
/// - Key: a group A to H, all equally likely, then one of the 2^g keys of group g = 0 to 7, all equally likely, written
///   as a consonant (index mod 16) and a digit (index / 16). A key of group g comes up once in 2^(3 + g) records on
///   average (8 to 1024 records, 104 to 13312 bytes): each doubling of the context brings about as many values into
///   view.
/// - '=' (one time in four): the value is new, four syllables of one of 16 consonants and one of 4 vowels, all equally
///   likely: 24 bits. ':' otherwise: the value is the key's latest one.
/// The records are independent but for the dictionary, which is already filled, unseen, when the text begins; the
/// process is therefore stationary.
///
/// Entropy. Whoever has seen the r records before knows the value of a ':' record exactly if one of them had its key,
/// which a key of group g fails to have with probability (1 - 2^-(3+g))^r; otherwise the value is worth its 24 bits.
/// Per record
///     H(r) = 3 + 3.5 + h(1/4) + 24 [1/4 + 3/4 mean_g (1 - 2^-(3+g))^r] bits,  h(1/4) = 2 - 3/4 log2(3) = 0.81128:
/// 2.40856 bits per byte with no record in view, 1.02394 with all of them.
namespace synthetic {

inline constexpr std::size_t record_bytes = 13;
inline constexpr std::size_t default_bytes = std::size_t{4} << 20;

/// The first `bytes` bytes of the text of this seed; the same on every machine.
std::string text(std::uint64_t seed, std::size_t bytes = default_bytes);

/// H(r) / 13: the least expected loss, in bits per byte, on a record before which `records` whole records are in view.
double entropy(std::size_t records);

/// The entropy rate in bits per byte: the limit of entropy(r).
double entropy();

/// The least expected loss, in bits per byte, over windows of `records` whole records that are each read from their
/// beginning with nothing before: the mean of entropy(0), ..., entropy(records - 1).
double entropy_of_window(std::size_t records);

}  // namespace synthetic

}  // namespace lengthwise
