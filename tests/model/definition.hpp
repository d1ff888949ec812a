// A transformer of one layer and its training by definition: embedding, norm, attention, feed-forward, loss, gradient,
// clipping and AdamW, in scalar code that the compiler executes. The parameters lie as parameter_layout lays them out.
#pragma once
#include <array>

#include "core/attention/reference.hpp"
#include "core/model/model_config.hpp"
#include "core/training/train_config.hpp"
#include "tests/model/recorded.hpp"

namespace lengthwise::test {

template <class E>
struct definition {
  static constexpr int width = 4, heads = 2, inside = 8, time = 4, symbols = vocabulary_size;
  static constexpr model_extents extents{width, heads, time};
  // Where each slice begins.
  static constexpr int embedding = 0, norm1 = embedding + symbols * width, packed = norm1 + 2 * width,
                       output = packed + 3 * width * width, norm2 = output + width * width, up = norm2 + 2 * width,
                       down = up + width * inside, last_norm = down + inside * width,
                       head_weight = last_norm + 2 * width, count = head_weight + width * symbols;
  using numbers = std::array<double, count>;

  // Weight matrices and embeddings decay; norms do not.
  static constexpr bool decays(int i) {
    return i < norm1 || (i >= packed && i < norm2) || (i >= up && i < last_norm) || i >= head_weight;
  }

  template <class S>
  struct model {
    const S* p;

    // Row [inputs] times the weight [inputs, outputs] at `start`, its column `to`.
    constexpr S product(const S* row, int start, int inputs, int outputs, int to) const {
      S sum = 0;
      for (int from = 0; from < inputs; ++from) sum += row[from] * p[start + from * outputs + to];
      return sum;
    }
    constexpr void norm(const S* x, int at, S* y) const {
      using math::sqrt;
      S mean = 0, variance = 0;
      for (int c = 0; c < width; ++c) mean += x[c];
      mean = mean / S(width);
      for (int c = 0; c < width; ++c) variance += (x[c] - mean) * (x[c] - mean);
      const S inverse = S(1) / sqrt(variance / S(width) + S(1e-5));
      for (int c = 0; c < width; ++c) y[c] = (x[c] - mean) * inverse * p[at + c] + p[at + width + c];
    }
    constexpr void attend(S (&x)[time][width]) const {
      S q[heads][time * width / heads]{}, k[heads][time * width / heads]{}, v[heads][time * width / heads]{};
      constexpr int d = width / heads;
      for (int i = 0; i < time; ++i) {
        S y[width]{};
        norm(x[i], norm1, y);
        for (int h = 0; h < heads; ++h)
          for (int c = 0; c < d; ++c) {
            q[h][i * d + c] = product(y, packed, width, 3 * width, h * d + c);
            k[h][i * d + c] = product(y, packed, width, 3 * width, width + h * d + c);
            v[h][i * d + c] = product(y, packed, width, 3 * width, 2 * width + h * d + c);
          }
      }
      const E e{};
      for (int i = 0; i < time; ++i) {
        S attended[width]{}, weights[time]{};
        for (int h = 0; h < heads; ++h)
          reference_attention<E, S>{e, extents, lengthwise::head{h, heads}, q[h], k[h], v[h], {}, {}}.output(
              i, {attended + h * d, d}, weights);
        for (int c = 0; c < width; ++c) x[i][c] += product(attended, output, width, width, c);
      }
    }
    constexpr void feed_forward(S (&x)[time][width]) const {
      using math::exp;
      for (int i = 0; i < time; ++i) {
        S y[width]{}, hidden_row[inside]{};
        norm(x[i], norm2, y);
        for (int c = 0; c < inside; ++c) {  // GELU by its tanh form, as x sigmoid(2u)
          const S a = product(y, up, width, inside, c);
          const S u = S(1.5957691216057307117) * (a + S(0.044715) * a * a * a);
          hidden_row[c] = a / (S(1) + exp(-u));
        }
        for (int c = 0; c < width; ++c) x[i][c] += product(hidden_row, down, inside, width, c);
      }
    }
    // The mean loss over the window's targets, in nats.
    constexpr S loss(const unsigned char* text) const {
      using math::exp, math::log;
      S x[time][width]{};
      for (int i = 0; i < time; ++i)
        for (int c = 0; c < width; ++c) x[i][c] = p[embedding + text[i] * width + c];
      attend(x);
      feed_forward(x);
      S sum = 0;
      for (int i = 0; i < time; ++i) {
        S y[width]{}, all = 0, at_target = 0;
        norm(x[i], last_norm, y);
        for (int symbol = 0; symbol < symbols; ++symbol) {
          const S logit = product(y, head_weight, width, symbols, symbol);
          all += exp(logit);
          if (symbol == text[i + 1]) at_target = logit;
        }
        sum += log(all) - at_target;
      }
      return sum / S(time);
    }
  };

  struct state {
    numbers parameters{}, first{}, second{};
    int step = 0;
    double loss = 0;  // of the last step, before its update
  };

  // One step of AdamW behind a gradient that is clipped by its norm.
  static constexpr state trained(const state& before, const unsigned char* text, const train_config& t, double rate) {
    recording r;
    recorded p[count]{};
    for (int i = 0; i < count; ++i) p[i] = recorded::variable(r, before.parameters[static_cast<std::size_t>(i)]);
    const recorded loss = model<recorded>{p}.loss(text);
    read_backwards(r, loss);
    double squares = 0, power1 = 1, power2 = 1;
    for (int i = 0; i < count; ++i) squares += r.adjoint[p[i].slot] * r.adjoint[p[i].slot];
    const double norm = math::sqrt(squares), scale = t.clip > 0 && norm > t.clip ? t.clip / norm : 1;
    state after = before;
    after.loss = loss.value, ++after.step;
    for (int k = 0; k < after.step; ++k) power1 *= t.beta1, power2 *= t.beta2;
    for (int i = 0; i < count; ++i) {
      const double g = r.adjoint[p[i].slot] * scale;
      double &m = after.first[static_cast<std::size_t>(i)], &v = after.second[static_cast<std::size_t>(i)],
             &x = after.parameters[static_cast<std::size_t>(i)];
      m = t.beta1 * m + (1 - t.beta1) * g, v = t.beta2 * v + (1 - t.beta2) * g * g;
      const double update = m / (1 - power1) / (math::sqrt(v / (1 - power2)) + t.epsilon);
      x = x - (decays(i) ? rate * t.weight_decay : 0) * x - rate * update;
    }
    return after;
  }
};

}  // namespace lengthwise::test
