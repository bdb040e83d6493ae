#include "sim/report/facts.hpp"

#include "tests/support/catch.hpp"

using sim::report::plain_text;

TEST_CASE("a fact is a name, a tab and a value as JSON writes it; null and empty lists are none") {
  CHECK(plain_text(R"({"run": {"days": {"p50": 12.5, "p90": null}, "kept": true, "ranks": []}, "name": "a b"})") ==
        "run.days.p50\t12.5\n"
        "run.kept\ttrue\n"
        "name\ta b\n");
}

TEST_CASE("items of a list are named by stave, id or scenario where that tells them apart, else by their place") {
  CHECK(plain_text(R"([{"id": "H20", "tpp": 2368}, {"id": "H100", "tpp": 15824}])") ==
        "H20.id\tH20\nH20.tpp\t2368\nH100.id\tH100\nH100.tpp\t15824\n");
  CHECK(plain_text(R"({"barrel": [{"stave": "bubble", "share": 0.5}]})") ==
        "barrel.bubble.stave\tbubble\nbarrel.bubble.share\t0.5\n");
  // Two of one name, and items that are no objects, count from 0.
  CHECK(plain_text(R"([{"id": "a"}, {"id": "a"}])") == "0.id\ta\n1.id\ta\n");
  CHECK(plain_text("[4, 5]") == "0\t4\n1\t5\n");
}

TEST_CASE("lines of JSON are named by their place, and a text stays on its line") {
  CHECK(plain_text("{\"a\": 1}\n{\"a\": 2}\n") == "0.a\t1\n1.a\t2\n");
  CHECK(plain_text(R"({"text": "one\ttwo\nthree"})") == "text\tone two three\n");
}
