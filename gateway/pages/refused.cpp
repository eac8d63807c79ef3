#include "gateway/pages/page.hpp"
#include "gateway/pages/parts.hpp"

namespace market::pages {
namespace {

constexpr int kOverload = 429;

std::string_view WordsFor(const Words& words, const Refusal& refusal) {
  if (refusal.reason == "OVERLOADED") return words.problem_overloaded;
  if (refusal.reason == "DEADLINE_EXCEEDED") return words.problem_late;
  if (refusal.status == kOverload) return words.problem_many;
  return refusal.reason == "UNAVAILABLE" ? words.problem_unavailable : words.problem_other;
}

void WriteTrace(const Scene& scene, Html& html) {
  const auto trace = html.In("p", {{"class", "problem-trace"}});
  html.Text(scene.speech.words.problem_trace + " ");
  html.Element("code", {}, scene.trace_id);
}

class Nothing final : public Page {
 public:
  explicit Nothing(Scene scene) : scene_(std::move(scene)) {}
  std::vector<Question> Ask(int, const Answers&) const override { return {}; }
  Document Write(const Answers&) const override {
    const auto& words = scene_.speech.words;
    return NotThere(scene_, words.problem_not_found, words.problem_not_found_hint);
  }
  Document Refuse(const Refusal& refusal) const override { return Refused(scene_, refusal); }

 private:
  const Scene scene_;
};

}  // namespace

PagePtr NoPage(Scene scene) { return std::make_unique<Nothing>(std::move(scene)); }

Document NotThere(const Scene& scene, std::string_view heading, std::string_view hint) {
  const auto& words = scene.speech.words;
  const Head head{.title = std::string(heading), .indexed = false};
  auto body = WriteDocument(scene, head, nullptr, [&](Html& html) {
    WriteEmpty(html,
               {.heading = heading, .hint = hint, .href = scene.Local("/"), .action = words.problem_to_home},
               "h1");
    WriteTrace(scene, html);
  });
  return {.status = 404, .body = std::move(body)};
}

Document Refused(const Scene& scene, const Refusal& refusal) {
  const auto& words = scene.speech.words;
  const Head head{.title = words.problem_heading, .indexed = false};
  auto body = WriteDocument(scene, head, nullptr, [&](Html& html) {
    const auto section = html.In("section", {{"class", "problem"}, {"role", "alert"}});
    html.Element("h1", {}, words.problem_heading);
    html.Element("p", {}, WordsFor(words, refusal));
    WriteTrace(scene, html);
  });
  return {.status = refusal.status, .body = std::move(body)};
}

}  // namespace market::pages
