// The one main of every test program; Boost.Test is linked, not included (1.2 s of compile time against 12.5 s).
#define BOOST_TEST_MODULE lengthwise
#include <boost/test/unit_test.hpp>
