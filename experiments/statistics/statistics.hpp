// What a few repetitions, or many targets of one text, say of a number.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <xtensor/xtensor.hpp>

namespace lengthwise {

// Of one value nothing but the mean is known: its deviation is 0.
struct sample_statistics {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  // of the sample, with count - 1
};
sample_statistics statistics_of(std::span<const double> values);

// A mean and how sure it is. There are two reasons why it could have been another: other seeds, and another text of
// the same kind. Both are standard errors, 0 where there is no repetition that would tell.
struct estimate {
  double value = 0;
  double of_seeds = 0, of_text = 0;
  double seed_freedom = 0, text_freedom = 0;  // degrees of freedom of each

  // Of both, which are added as if they were independent.
  double error() const;
  // Half the width of the 95 % confidence interval, by Student's t with the degrees of freedom after Welch (1947).
  double interval() const;
  // What they cover: "seeds and text", "seeds", "text", or "".
  std::string_view covers() const;
};

// What seeds alone tell.
estimate mean_of(const sample_statistics&);

// Numbers of targets that are summed over blocks of neighbours, for these depend on each other and blocks hardly.
struct block_sums {
  xt::xtensor<double, 2> sums;         // [seeds, blocks]
  xt::xtensor<double, 1> counts;       // [blocks]: targets
  xt::xtensor<std::size_t, 1> strata;  // [blocks]: only blocks of one stratum differ by chance
};
// The mean over targets and seeds. All seeds have the same targets, so that the text's error is that of their mean.
estimate mean_of(const block_sums&);

}  // namespace lengthwise
