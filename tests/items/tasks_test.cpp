// Every task's answers by a second way that reads nothing but the symbols given, its guesses, and what is drawn.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/items/task_items.hpp"
#include "core/storage/errors.hpp"

using namespace lengthwise;

namespace {

std::string given_before_the_first_answer(const task_item& item) {
  const auto first = std::ranges::find(item.answers, true) - item.answers.begin();
  return item.symbols.substr(0, static_cast<std::size_t>(first));
}
std::string answers_of(const task_item& item) {
  std::string text;
  for (std::size_t i = 0; i < item.symbols.size(); ++i)
    if (item.answers[i]) text += item.symbols[i];
  return text;
}
// What stands between two symbols.
std::string between(const std::string& text, char from, char to) {
  const std::size_t begin = text.find(from) + 1;
  return text.substr(begin, text.find(to, begin) - begin);
}
std::string without_letters(std::string text) {
  std::erase_if(text, [](char c) { return !(c >= '0' && c <= '9'); });
  return text;
}
std::string text_of_number(unsigned long long value, std::size_t digits) {
  std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

// The answers of an item as a person would find them, from the symbols before.
using solver = std::function<std::string(const std::string& given, const task_item& item)>;
const std::map<std::string, solver> solvers{
    {"copy", [](const std::string& given, const task_item&) { return between(given, '>', '='); }},
    {"reverse",
     [](const std::string& given, const task_item&) {
       const std::string x = between(given, '>', '=');
       return std::string(x.rbegin(), x.rend());
     }},
    {"sort",
     [](const std::string& given, const task_item&) {
       std::string x = between(given, '>', '=');
       std::ranges::sort(x);  // small letters
       return x;
     }},
    {"parity",
     [](const std::string& given, const task_item&) {
       bool odd = false;
       for (const char c : between(given, '>', '=')) odd ^= c == '1';
       return std::string(odd ? "1" : "0");
     }},
    {"modular_arithmetic",
     [](const std::string& given, const task_item&) {
       // Products as lists of factors, then their sum; all small enough for whole numbers when reduced factor by
       // factor.
       const std::string x = between(given, '>', '=') + "+";
       long sum = 0, term = 1;
       char sign = '+';
       for (std::size_t i = 0; i < x.size(); i += 2) {
         term = term * (x[i] - '0') % 5;
         if (x[i + 1] == '*') continue;
         sum += sign == '-' ? -term : term, term = 1, sign = x[i + 1];
       }
       return std::to_string((sum % 5 + 5) % 5);
     }},
    {"majority",
     [](const std::string& given, const task_item&) {
       const std::string x = between(given, '>', '=');
       std::map<char, long> counts;
       for (const char c : x) --counts[c];
       return std::string(
           1, std::ranges::min_element(counts, {}, [](const auto& c) { return std::pair(c.second, c.first); })->first);
     }},
    {"count",
     [](const std::string& given, const task_item&) {
       const std::string x = between(given, '>', '?');
       return text_of_number(static_cast<unsigned long long>(std::ranges::count(x, given[given.find('?') + 1])), 4);
     }},
    {"addition",
     [](const std::string& given, const task_item& item) {
       // By school's method on strings, since the numbers may be long; hints are letters.
       const std::string a = without_letters(between(given, '>', '+')), b = without_letters(between(given, '+', '='));
       std::string sum;
       int carry = 0;
       for (std::size_t i = 0; i < a.size(); ++i, carry /= 10) {
         carry += (a[i] - '0') + (b[i] - '0');
         sum += static_cast<char>('0' + carry % 10);
       }
       (void)item;
       return sum + static_cast<char>('0' + carry);
     }},
    {"permutations",
     [](const std::string& given, const task_item&) {
       // As words that are permuted: letter p puts the letters of "xyz" where its image says.
       std::array<std::string, 6> images{"xyz", "xzy", "yxz", "yzx", "zxy", "zyx"};
       std::string now = "xyz";
       for (const char p : between(given, '>', '='))
         for (char& c : now) c = images[static_cast<std::size_t>(p - 'a')][static_cast<std::size_t>(c - 'x')];
       return std::string(1, static_cast<char>('a' + (std::ranges::find(images, now) - images.begin())));
     }},
    {"stack",
     [](const std::string& given, const task_item&) {
       std::string left;
       for (const char c : between(given, '>', '=')) {
         if (c != '-')
           left += c;
         else if (!left.empty())
           left.pop_back();
       }
       return std::string(left.rbegin(), left.rend()) + "#";
     }},
    {"missing_duplicate",
     [](const std::string& given, const task_item&) {
       return between(given, '>', '|').substr(between(given, '|', '=').find('_'), 1);
     }},
    {"lookup",
     [](const std::string&, const task_item& item) {
       std::map<std::string, char> values;
       const std::string pairs = between(item.symbols, '>', '?');
       for (std::size_t i = 0; i < pairs.size(); i += 3) {
         BOOST_REQUIRE(!values.contains(pairs.substr(i, 2)));
         values[pairs.substr(i, 2)] = pairs[i + 2];
       }
       std::string found;
       for (std::size_t i = item.symbols.find('?') + 1; i < item.symbols.size(); i += 3)
         found += values.at(item.symbols.substr(i, 2));
       return found;
     }},
    {"needle", [](const std::string& given, const task_item&) { return between(given, '<', '>'); }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tasks)

BOOST_AUTO_TEST_CASE(answers_are_those_of_a_second_way) {
  for (const registered_task& entry : registered_tasks()) BOOST_TEST_CONTEXT(entry.name) {
      const std::unique_ptr<task> t = entry.make();
      BOOST_TEST_REQUIRE(solvers.contains(std::string(entry.name)), "a new task needs a second way to its answers");
      const solver& solve = solvers.at(std::string(entry.name));
      for (const int n : {6, 9, 20, 50, 200})
        for (std::uint64_t index = 0; index < 40; ++index) {
          const task_item item = asked_item(*t, item_part::test, n, index);
          BOOST_REQUIRE(static_cast<int>(item.symbols.size()) == t->tokens(n));
          BOOST_REQUIRE_EQUAL(answers_of(item), solve(given_before_the_first_answer(item), item));
          BOOST_REQUIRE(!item.answers[0]);  // a target needs an input
        }
    }
  const std::unique_ptr<task> hinted = make_task("addition");
  bool known = false;
  BOOST_TEST(hinted->assign("hints", true, known).empty());
  for (std::uint64_t index = 0; index < 40; ++index) {
    const task_item item = asked_item(*hinted, item_part::test, 12, index);
    BOOST_REQUIRE_EQUAL(answers_of(item), solvers.at("addition")(given_before_the_first_answer(item), item));
    // Each digit of the sum stands behind the letter of its place.
    const std::string a = between(item.symbols, '>', '+'), c = item.symbols.substr(item.symbols.find('=') + 1);
    for (std::size_t i = 0; i + 1 < a.size(); i += 2) BOOST_REQUIRE(a[i] == c[i]);
  }
  const std::unique_ptr<task> unique = make_task("copy");
  BOOST_TEST(unique->assign("unique", true, known).empty());
  for (std::uint64_t index = 0; index < 40; ++index) {
    const std::string x = between(asked_item(*unique, item_part::test, 26, index).symbols, '>', '=');
    BOOST_REQUIRE(std::set<char>(x.begin(), x.end()).size() == 26u);
  }
}

// Whoever guesses among the symbols that an answer may be is right as often as the task says: over many items each
// answer is about as frequent as that.
BOOST_AUTO_TEST_CASE(a_guess_is_right_as_often_as_is_said) {
  for (const std::string name : {"copy", "reverse", "parity", "permutations", "missing_duplicate", "lookup", "needle"})
    BOOST_TEST_CONTEXT(name) {
      const std::unique_ptr<task> t = make_task(name);
      std::map<char, int> counts;
      int all = 0;
      for (std::uint64_t index = 0; index < 1500; ++index)
        for (const char c : answers_of(asked_item(*t, item_part::test, 20, index))) ++counts[c], ++all;
      for (const auto& [symbol, count] : counts) {
        const double expected = all * t->guess();
        BOOST_TEST(std::abs(count - expected) < 5 * std::sqrt(expected), symbol);
      }
      BOOST_TEST(std::abs(static_cast<double>(counts.size()) * t->guess() - 1) < 1e-9);
    }
}

// Items of the three parts are never the same, also where there are few of them; what is drawn is a function of where.
BOOST_AUTO_TEST_CASE(what_is_asked_was_never_trained_on) {
  for (const registered_task& entry : registered_tasks()) BOOST_TEST_CONTEXT(entry.name) {
      const std::shared_ptr<const task> t = entry.make();
      std::set<std::string> trained, validated, tested;
      const task_sequences source(t, 6, 9, 3);
      for (std::uint32_t step = 0; step < 20; ++step)
        for (std::uint64_t sequence = 0; sequence < 32; ++sequence) trained.insert(source.item(step, sequence).symbols);
      for (const int n : {6, 7, 8, 9})
        for (std::uint64_t index = 0; index < 100; ++index) {
          tested.insert(asked_item(*t, item_part::test, n, index).symbols);
          validated.insert(asked_item(*t, item_part::validation, n, index).symbols);
          BOOST_REQUIRE(asked_item(*t, item_part::test, n, index).symbols ==
                        asked_item(*t, item_part::test, n, index).symbols);
        }
      BOOST_TEST(tested.size() > 30u);
      for (const std::string& symbols : tested)
        BOOST_REQUIRE(!trained.contains(symbols) && !validated.contains(symbols));
      for (const std::string& symbols : validated) BOOST_REQUIRE(!trained.contains(symbols));
    }
  BOOST_CHECK_THROW(asked_item(*make_task("parity"), item_part::test, 1, 0), usage_error);
}

BOOST_AUTO_TEST_CASE(batches_are_items_and_what_is_behind_them_counts_for_nothing) {
  const std::shared_ptr<const task> t = make_task("reverse");
  const task_items asked(t, item_part::test, 5);
  BOOST_TEST_REQUIRE(asked.time() == 11);
  std::vector<token_id> inputs(22), targets(22), one(11), one_target(11);
  asked.copy(0, 3, 11, inputs, targets);
  asked.copy(7, 4, 11, one, one_target);
  BOOST_TEST(std::ranges::equal(std::span(inputs).last(11), one));
  BOOST_TEST(std::ranges::equal(std::span(targets).last(11), one_target));
  const task_item item = asked_item(*t, item_part::test, 5, 3);
  for (std::size_t i = 0; i < 11; ++i) {
    BOOST_TEST(inputs[i] == static_cast<unsigned char>(item.symbols[i]));
    BOOST_TEST(targets[i] == (i >= 6 ? static_cast<unsigned char>(item.symbols[i + 1]) : unscored));
  }
  const task_sequences source(t, 2, 5, 9);
  std::set<std::ptrdiff_t> lengths;
  std::set<std::vector<token_id>> different;
  for (std::size_t i = 0; i < 60; ++i) {
    source.copy(2, i, 11, one, one_target);
    const auto scored = static_cast<std::ptrdiff_t>(11 - std::ranges::count(one_target, unscored));
    lengths.insert(scored);
    different.insert(one);
    for (std::size_t at = 2 * static_cast<std::size_t>(scored) + 1; at < 11; ++at) {
      BOOST_REQUIRE(one[at] == token_id{' '});
      BOOST_REQUIRE(one_target[at] == unscored);
    }
  }
  BOOST_TEST((lengths == std::set<std::ptrdiff_t>{2, 3, 4, 5}));
  BOOST_TEST(different.size() > 55u);
}

BOOST_AUTO_TEST_CASE(keys_that_ask_too_much_are_refused) {
  bool known = false;
  const std::unique_ptr<task> copy = make_task("copy");
  BOOST_TEST(copy->assign("unique", true, known).empty());
  BOOST_TEST(copy->problem(26).empty());
  BOOST_TEST(!copy->problem(27).empty());
  BOOST_TEST(!make_task("lookup")->problem(400).empty());
  BOOST_TEST(make_task("none") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
