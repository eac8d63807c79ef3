#include "gateway/pages/html.hpp"

#include <gtest/gtest.h>

namespace market::pages {
namespace {

TEST(Html, WritesElementsInOneAnother) {
  std::string out;
  Html html(out);
  {
    const auto list = html.In("ul", {{"class", "grid"}, {"hidden", "", false}});
    html.Element("li", {}, "one");
    html.Single("img", {{"src", "/a.jpg"}});
  }
  EXPECT_EQ(out, R"(<ul class="grid"><li>one</li><img src="/a.jpg"></ul>)");
}

TEST(Html, NothingThatIsWrittenIsMarkup) {
  std::string out;
  Html html(out);
  html.Element("p", {{"title", "\"><script>alert(1)</script>'&"}}, "</p><img src=x onerror=alert(1)>&amp;");
  EXPECT_EQ(out,
            "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;\">"
            "&lt;/p&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;</p>");
}

TEST(Html, DataCannotEndItsElement) {
  std::string out;
  Html html(out);
  html.Data("application/json", "answers", "{\"a\":\"</script><!--&\u2028\u2029\u2027\"}");
  EXPECT_EQ(out,
            "<script type=\"application/json\" id=\"answers\">"
            "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029\u2027\"}</script>");
}

}  // namespace
}  // namespace market::pages
