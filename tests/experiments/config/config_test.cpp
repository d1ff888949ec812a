// Configs: reading, overriding, sweeping, writing back.
#include "experiments/config/config.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/storage/errors.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

cell_config config_from(std::string_view text) {
  const study_settings s = parse_toml(text, "test.toml");
  return config_of(s.settings);
}
study study_from(std::string_view text, std::initializer_list<std::string_view> words = {}) {
  study_settings s = parse_toml(text, "test.toml");
  for (const std::string_view word : words) apply_override(s, word);
  return make_study(s);
}
// The message of the error, which must be one of usage; "" when there is none.
std::string refusal(std::string_view text, std::initializer_list<std::string_view> words = {}) {
  try {
    study_from(text, words);
  } catch (const usage_error& problem) {
    BOOST_TEST(problem.exit_code() == 2);
    return problem.what();
  }
  return "";
}
std::vector<std::string> folders(const study& s) {
  std::vector<std::string> names;
  for (const study_cell& c : s.cells) names.push_back(c.folder);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(edit_distances) {
  BOOST_TEST(edit_distance("kitten", "sitting") == 3);
  BOOST_TEST(edit_distance("", "abc") == 3);
  BOOST_TEST(nearest("lenght", std::vector<std::string>{"layers", "length", "heads"}) == "length");
}

BOOST_AUTO_TEST_CASE(what_a_file_says_is_what_the_config_holds) {
  const cell_config c = config_from(
      "seed = 7\n[encoding]\nbase = 100.0\ntype = 'rope'\n[train]\nrate = 2\n[evaluate]\nlengths = [8, 16]\n");
  BOOST_TEST(c.seed == 7u);
  BOOST_TEST(c.train.rate == 2.0);
  BOOST_TEST(c.evaluate.lengths.size() == 2u);
  BOOST_TEST(c.encoding->name() == "rope");
  BOOST_TEST(toml_text(c).find("base = 100.0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_resolved_config_reads_back_as_itself) {
  for (const std::string_view type : {"rope", "alibi", "fire", "t5_bias", "none"}) {
    const cell_config c = config_from("name = 'a \"quoted\" name'\n[encoding]\ntype = '" + std::string(type) +
                                      "'\n[train]\nrate = 0.1\n");
    const cell_config again = config_from(toml_text(c));
    BOOST_TEST(toml_text(again) == toml_text(c));
    BOOST_TEST(config_hash(again) == config_hash(c));
  }
}

BOOST_AUTO_TEST_CASE(the_hash_is_of_what_the_result_depends_on) {
  const std::string plain = config_hash(config_from(""));
  BOOST_TEST(config_hash(config_from("name = 'other'")) == plain);
  BOOST_TEST(config_hash(config_from("[train]\nsteps = 600\n[encoding]\ntype = 'rope'")) ==
             plain);  // the defaults, said
  BOOST_TEST(config_hash(config_from("seed = 2")) != plain);
  BOOST_TEST(config_hash(config_from("[encoding]\nbase = 10000.5")) != plain);
}

BOOST_AUTO_TEST_CASE(words_of_the_command_line) {
  BOOST_TEST(toml_text(typed_value("3")) == "3");
  BOOST_TEST(toml_text(typed_value("1e-3")) == "0.001");
  BOOST_TEST(toml_text(typed_value("[1, 2]")) == "[1, 2]");
  BOOST_TEST(toml_text(typed_value("'3'")) == "\"3\"");
  BOOST_TEST(toml_text(typed_value("half_split")) == "\"half_split\"");

  const study s = study_from("[sweep]\nseed = [1, 2, 3]\n", {"seed=5", "name=2024", "evaluate.lengths=128,256"});
  BOOST_TEST(s.cells.size() == 1u);
  BOOST_TEST(s.name == "2024");
  BOOST_TEST(s.cells[0].config.seed == 5u);
  BOOST_TEST(s.cells[0].config.evaluate.lengths.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_sweep_makes_a_cell_of_every_combination) {
  const study s = study_from("[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n", {"seed=1,2"});
  const std::vector<std::string> expected{"encoding.type=rope,seed=1", "encoding.type=rope,seed=2",
                                          "encoding.type=alibi,seed=1", "encoding.type=alibi,seed=2"};
  BOOST_TEST(folders(s) == expected, boost::test_tools::per_element());
  BOOST_TEST(s.cells[3].config.encoding->name() == "alibi");
  BOOST_TEST(s.cells[3].config.seed == 2u);

  BOOST_TEST(folders(study_from(""))[0] == "cell");
  BOOST_TEST(folders(study_from("", {"evaluate.lengths=[128],[256,512]"}))[1] == "evaluate.lengths=[256,512]");
  BOOST_TEST(folders(study_from("", {"corpus.path=/a/b.txt,/c d"}))[1] == "corpus.path=%2Fc%20d");
}

BOOST_AUTO_TEST_CASE(keys_of_one_encoding_in_a_sweep_over_encodings) {
  const study s = study_from("[encoding.rope]\nbase = 50.0\n[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n");
  BOOST_TEST(toml_text(s.cells[0].config).find("base = 50.0") != std::string::npos);
  BOOST_TEST(refusal("[encoding]\nbase = 50.0\n[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n")
                 .find("test.toml:2: unknown key encoding.base for encoding alibi") == 0u);
  BOOST_TEST(refusal("[encoding.alibi]\nbas = 1\n").find("test.toml:2: unknown key encoding.alibi.bas") == 0u);
}

BOOST_AUTO_TEST_CASE(bad_configs_are_refused_with_the_place_and_the_reason) {
  struct bad {
    std::string_view text, message;
  };
  for (const bad& b : std::initializer_list<bad>{
           {"[train]\nlenght = 3", "test.toml:2: unknown key train.lenght; did you mean train.length?"},
           {"[trian]\nsteps = 3", "test.toml:2: unknown key trian.steps; did you mean train.steps?"},
           {"train = 3", "test.toml:1: train is a section, not a key"},
           {"[train]\nsteps = 'many'", "test.toml:2: train.steps must be a whole number"},
           {"[train]\nsteps = 1.5", "test.toml:2: train.steps must be a whole number"},
           {"[train]\n\nrate = nan", "test.toml:3: train.rate must lie between 0 and 1000, not nan"},
           {"[train]\nrate = inf", "test.toml:2: train.rate must lie between 0 and 1000, not inf"},
           {"[model]\nwidth = 0", "test.toml:2: model.width must lie between 1 and 65536, not 0"},
           {"[model]\nwidth = 100\nheads = 3",
            "test.toml:3: model.width must be a multiple of model.heads (model.width = 100, model.heads = 3)"},
           {"[model]\nwidth = 12\nheads = 4\n[encoding]\ntype = 'rope'", "rope needs an even head width"},
           {"[train]\nbatch = 9",
            "test.toml:2: train.batch must be a multiple of train.shards (train.batch = 9, train.shards = 8)"},
           {"[evaluate]\nlengths = [1]", "test.toml:2: evaluate.lengths must lie between 2 and"},
           {"[evaluate]\nlengths = 128", "test.toml:2: evaluate.lengths must be a list"},
           {"[evaluate]\nprotocols = ['slide']", "test.toml:2: evaluate.protocols must be one of \"non_overlapping\""},
           {"[encoding]\ntype = 'rop'",
            "test.toml:2: encoding.type is \"rop\", which is no encoding; did you mean \"rope\"?"},
           {"name = '../up'", "test.toml:1: name \"../up\" must not hold a separator"},
           {"name = ''", "test.toml:1: name \"\" must not be empty"},
           {"name = '..'", "test.toml:1: name \"..\" must name a folder of its own"},
           {"name = \"a\\u0007\"", "test.toml:1: name \"a\\x07\" must not hold control characters"},
           {"seed = 1\nseed = 2", "test.toml:2: not TOML"},
           {"seed = 99999999999999999999", "test.toml:1: not TOML"},
           {"seed = -1", "test.toml:1: seed must lie between 0 and"},
           {"seed = 2000-01-01", "test.toml:1: seed must be true, a number"},
           {"\nname = '\xff\xfe'", "test.toml:2: not TOML"},
           {"[sweep]\nseed = 3", "test.toml:2: sweep.seed must be a list"},
           {"[sweep]\nseed = [1, 1]", "test.toml:2: the sweep of seed lists 1 twice"},
           {"[sweep]\nsede = [1]", "test.toml:2: unknown key sede; did you mean seed?"}}) {
    const std::string message = refusal(b.text);
    BOOST_TEST(message.find(b.message) != std::string::npos, "\"" << b.text << "\" gave \"" << message << "\"");
    BOOST_TEST(std::ranges::count(message, '\n') <= 1);
  }
}

BOOST_AUTO_TEST_CASE(hostile_configs_end_in_a_message) {
  std::string deep = "[a";
  for (int i = 0; i < 10'000; ++i) deep += ".a";
  BOOST_TEST(refusal(deep + "]").find("test.toml:1: more than 200 dots in a line") == 0u);
  BOOST_TEST(refusal("a = " + std::string(10'000, '[')).find("test.toml:1: not TOML") == 0u);
  BOOST_TEST(refusal("a = " + std::string(10'000, '{')).find("test.toml:1: not TOML") == 0u);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "[a" + std::to_string(i) + ".b.c.d.e.f]\nx = 1\n";
  BOOST_TEST(refusal(many).find("nests deeper than any key there is") != std::string::npos);
  BOOST_TEST(refusal(std::string("a\0b = 1", 7)).find("test.toml:1: not TOML") == 0u);
  std::string axes = "[sweep]\n";
  for (const std::string_view key : {"seed", "train.steps", "train.warmup", "train.log_every", "model.layers"})
    axes += "\"" + std::string(key) + "\" = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
  BOOST_TEST(refusal(axes).find("more than 10000 cells") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_may_vary_together) {
  const study both = study_from("[sweep]\nseed = [1, 2]\n\"train.length,train.batch\" = [[64, 32], [128, 16]]", {});
  BOOST_TEST(folders(both) == (std::vector<std::string>{
                                  "seed=1,train.length=64,train.batch=32", "seed=1,train.length=128,train.batch=16",
                                  "seed=2,train.length=64,train.batch=32", "seed=2,train.length=128,train.batch=16"}),
             boost::test_tools::per_element());
  BOOST_TEST(both.cells[2].config.train.length == 64);
  BOOST_TEST(both.cells[2].config.train.batch == 32);
  for (const auto& [sweep, part] :
       {std::pair{"\"train.length,train.batch\" = [[64, 32], [128]]", "each of its values is a list of 2"},
        {"\"train.length,train.batch\" = [64, 128]", "each of its values is a list of 2"},
        {"\"train.length,train.batch\" = [[64, 32]]\n\"train.batch\" = [16, 32]", "train.batch is swept twice"},
        {"\"train.length,name\" = [[64, 'a']]", "cannot be swept"}}) {
    const std::string message = refusal(std::string("[sweep]\n") + sweep);
    BOOST_TEST(message.find(part) != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
