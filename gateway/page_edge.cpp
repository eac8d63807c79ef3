#include "gateway/page_edge.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "gateway/negotiation.hpp"
#include "platform/rpc/call_context.hpp"
#include "platform/rpc/error_table.hpp"
#include "platform/runtime/both.hpp"

namespace market::gateway {
namespace {

using pages::Answers;
using pages::Question;

// Answers are kept for less, so a page is at most so much older than they.
constexpr std::string_view kCacheControl = "public, max-age=5";
// Whatever stands in front: nothing runs in a page or is shown in it that is not a file of ours. nginx_shop_headers.conf says the same.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::size_t kWrittenBytes = 512;
constexpr int kTooLate = 504;
constexpr int kUnavailable = 503;
constexpr std::string_view kAgainAfterS = "1";

// What a page shows is the same where both say the same, whenever they were read.
bool SaysTheSame(const AnswerCache::Answer& one, const AnswerCache::Answer& other) {
  if (one == other) return true;
  return one != nullptr && other != nullptr && one->response.body == other->response.body;
}

std::string TagOf(std::string_view body) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  auto hash = std::hash<std::string_view>()(body);
  std::string tag;
  for (int digit = 0; digit < 16; ++digit, hash >>= 4) tag.push_back(kDigits[hash & 15]);
  return tag;
}

void AddPolicy(http::Headers& headers) {
  headers.Add("Content-Security-Policy", kPolicy);
  headers.Add("Cross-Origin-Opener-Policy", "same-origin");
  headers.Add("Referrer-Policy", "no-referrer");
}

http::Response ResponseOf(const std::string& body, const std::string& etag, const http::Headers& headers) {
  http::Response response;
  response.headers.Add("Content-Type", "text/html; charset=utf-8");
  response.headers.Add("Cache-Control", kCacheControl);
  AddPolicy(response.headers);
  // nginx makes it weak where it compresses.
  response.headers.Add("ETag", "W/\"" + etag + '"');
  if (NoneMatchHolds(headers, etag)) {
    response.status = 304;
    response.headers.Remove("Content-Type");
  } else {
    response.body = body;
  }
  return response;
}

http::Response ResponseOf(pages::Document document) {
  http::Response response;
  response.status = document.status;
  response.headers.Add("Content-Type", document.type);
  response.headers.Add("Cache-Control",
                       document.status == 200 ? kCacheControl : std::string_view("no-cache"));
  AddPolicy(response.headers);
  response.body = std::move(document.body);
  return response;
}

}  // namespace

PageEdge::PageEdge(pages::Site site, Wiring wiring)
    : site_(std::move(site)),
      wiring_(std::move(wiring)),
      written_(wiring_.written.With({"written"})),
      kept_(wiring_.written.With({"kept"})) {
  for (const auto route : pages::Site::Routes())
    metrics_.try_emplace(route, wiring_.requests, wiring_.durations, "GET", std::string(route));
}

std::optional<PageEdge::Visit> PageEdge::At(std::string_view path, std::string_view query,
                                            std::string_view trace_id) {
  auto found = site_.At(path, query, trace_id);
  if (!found) return std::nullopt;
  auto* metrics = &metrics_.at(found->route);
  return Visit{.found = std::move(*found), .metrics = metrics};
}

Task<http::Response> PageEdge::Show(const Visit& visit, const Caller& caller) {
  const auto& page = *visit.found.page;
  Answers answers;
  std::vector<AnswerCache::Answer> from;
  for (int round = 0;; ++round) {
    const auto questions = page.Ask(round, answers);
    if (questions.empty()) break;
    const auto told = co_await AskAll(questions, caller);
    for (std::size_t at = 0; at < questions.size(); ++at) {
      if (told[at].refusal && questions[at].needed) throw Error(*told[at].refusal);
      // Without an answer: that it is missing is part of what the page was written from.
      from.push_back(told[at].answer);
      if (told[at].answer) answers.Add(questions[at].url, told[at].answer->response.body);
    }
  }
  const auto& target = caller.request.target;
  if (const auto* written = FindWritten(target, from)) {
    kept_.Increment();
    co_return ResponseOf(written->body, written->etag, caller.request.headers);
  }
  written_.Increment();
  auto document = page.Write(answers);
  if (document.status != 200 || !document.type.starts_with("text/html") || from.empty())
    co_return ResponseOf(std::move(document));
  auto etag = TagOf(document.body);
  co_return ResponseOf(Keep({.target = target,
                             .from = std::move(from),
                             .body = std::move(document.body),
                             .etag = etag,
                             .bytes = 0})
                           .body,
                       etag, caller.request.headers);
}

// All at once: the slowest of them is what a page waits for.
Task<std::vector<PageEdge::Told>> PageEdge::AskAll(std::span<const Question> questions,
                                                   const Caller& caller) {
  std::vector<Told> told;
  if (questions.size() == 1) {
    told.push_back(co_await Ask(questions.front().url, caller));
    co_return told;
  }
  auto [first, others] =
      co_await runtime::Both(Ask(questions.front().url, caller), AskAll(questions.subspan(1), caller));
  told.push_back(std::move(first));
  std::ranges::move(others, std::back_inserter(told));
  co_return told;
}

Task<PageEdge::Told> PageEdge::Ask(std::string url, const Caller& caller) {
  const auto mark = url.find('?');
  const auto path = std::string_view(url).substr(0, mark);
  const auto query = mark == std::string::npos ? std::string_view() : std::string_view(url).substr(mark + 1);
  routing::Match match;
  const auto* operation = wiring_.finds(path, match);
  std::exception_ptr failure;
  try {
    if (operation == nullptr) throw Error(Code::kNotFound, "NOT_FOUND", "there is nothing at this path");
    auto answer = co_await Read(*operation, url, match, query, caller);
    if (answer->refusal) co_return Told{.answer = nullptr, .refusal = answer->refusal};
    co_return Told{.answer = std::move(answer), .refusal = std::nullopt};
  } catch (...) {
    failure = std::current_exception();  // told below
  }
  co_return Told{.answer = nullptr, .refusal = rpc::Outward(failure)};
}

Task<AnswerCache::Answer> PageEdge::Read(const Operation& operation, const std::string& url,
                                         const routing::Match& match, std::string_view query,
                                         const Caller& caller) {
  const http::Request request{"GET", url, {}, {}, caller.request.peer};
  const auto message = operation.ReadRequest(request, match.variables, query);
  auto incoming = caller.incoming;
  incoming.deadline = runtime::After(operation.Method().timeout);
  KeptReads::How how;
  if (wiring_.kept_reads.Answers(operation, {})) {
    auto question = KeptReads::Asked(operation, {}, *message);
    if (auto answer = wiring_.kept_reads.Peek(question, how)) co_return answer;
    co_return co_await wiring_.kept_reads.Get(std::move(question), std::move(incoming), caller.span, how);
  }
  CallContext call(incoming.deadline);
  rpc::CallContextBuilder(call).Span(caller.span);
  std::string bytes;
  co_await wiring_.backend.Call(operation.Method(), std::move(incoming), call, *message, bytes);
  co_return std::make_shared<const KeptAnswer>(KeptReads::AnswerOf(operation, bytes));
}

http::Response PageEdge::Refuse(const Visit& visit, const Error& error) {
  pages::Refusal refusal{.status = rpc::HttpStatus(error), .reason = error.reason};
  if (refusal.status == kTooLate) refusal.status = kUnavailable;
  auto response = ResponseOf(visit.found.page->Refuse(refusal));
  if (error.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
    response.headers.Add("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
  } else if (response.status == kUnavailable) {
    response.headers.Add("Retry-After", kAgainAfterS);
  }
  return response;
}

const PageEdge::Written* PageEdge::FindWritten(const std::string& target,
                                               const std::vector<AnswerCache::Answer>& from) {
  const auto found = by_target_.find(target);
  if (found == by_target_.end()) return nullptr;
  auto& written = *found->second;
  if (!std::ranges::equal(written.from, from, SaysTheSame)) return nullptr;
  written.from = from;  // nothing that is read no more is held
  return &written;
}

const PageEdge::Written& PageEdge::Keep(Written written) {
  const auto remove = [this](Store::iterator entry) {
    bytes_ -= entry->bytes;
    by_target_.erase(entry->target);
    store_.erase(entry);
  };
  if (const auto before = by_target_.find(written.target); before != by_target_.end()) remove(before->second);
  written.body.shrink_to_fit();
  written.bytes = kWrittenBytes + 2 * written.target.size() + written.body.size();
  // What it holds of the cache's, should that have let it go.
  for (const auto& answer : written.from) written.bytes += answer ? answer->response.body.size() : 0;
  while (!store_.empty() && bytes_ + written.bytes > kKeptBytesMax) remove(store_.begin());
  const auto entry = store_.insert(store_.end(), std::move(written));
  by_target_.emplace(entry->target, entry);
  bytes_ += entry->bytes;
  return *entry;
}

}  // namespace market::gateway
