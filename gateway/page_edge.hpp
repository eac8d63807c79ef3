// Public pages as HTML: asks for what a page is written from as REST would be asked, from what is kept where it may be, all of a round
// at once; keeps what was written until an answer is another.
//
// A page without one of the answers that it needs is not written: who asks is told that the page can't be had, in its place and
// with the status of the refusal. Nothing of a request but its path and query gets into a page.
//
// Owner: the gateway. Io thread only. docs/edge.md, ADR 58.
#pragma once
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/gateway_metrics.hpp"
#include "gateway/kept_reads.hpp"
#include "gateway/operation.hpp"
#include "gateway/pages/site.hpp"
#include "gateway/routing/router.hpp"
#include "platform/core/error.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/backend.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/span.hpp"

namespace market::gateway {

class PageEdge {
 public:
  // The read at this path, with what stands in it; null: there is none.
  using Finds = std::function<const Operation*(std::string_view path, routing::Match& match)>;
  // All pages that are kept together.
  static constexpr std::size_t kKeptBytesMax = 32 << 20;

  struct Wiring {
    Finds finds;
    KeptReads& kept_reads;
    rpc::Backend& backend;
    telemetry::CounterFamily& requests;
    telemetry::HistogramFamily& durations;
    telemetry::CounterFamily& written;  // by what became of the page: "written" or "kept"
  };

  // What `wiring` refers to must outlive it.
  PageEdge(pages::Site site, Wiring wiring);

  struct Visit {
    pages::Site::Found found;
    RouteMetrics* metrics;
  };
  // Nothing: it is no path of a page.
  std::optional<Visit> At(std::string_view path, std::string_view query, std::string_view trace_id);

  struct Caller {
    const http::Request& request;
    rpc::Incoming incoming;  // without what tells who somebody is; each read has a deadline of its own
    const telemetry::Span& span;
  };
  // Throws Error for a page that can't be written: Refuse says so.
  Task<http::Response> Show(const Visit& visit, const Caller& caller);
  static http::Response Refuse(const Visit& visit, const Error& error);

 private:
  // An answer, or why there is none.
  struct Told {
    AnswerCache::Answer answer;
    std::optional<Error> refusal;
  };
  struct Written {
    std::string target;
    std::vector<AnswerCache::Answer> from;
    std::string body;
    std::string etag;
    std::size_t bytes;
  };
  using Store = std::list<Written>;

  Task<Told> Ask(std::string url, const Caller& caller);
  Task<std::vector<Told>> AskAll(std::span<const pages::Question> questions, const Caller& caller);
  Task<AnswerCache::Answer> Read(const Operation& operation, const std::string& url,
                                 const routing::Match& match, std::string_view query, const Caller& caller);
  const Written* FindWritten(const std::string& target, const std::vector<AnswerCache::Answer>& from);
  const Written& Keep(Written written);

  const pages::Site site_;
  const Wiring wiring_;
  std::map<std::string_view, RouteMetrics> metrics_;
  telemetry::Counter& written_;
  telemetry::Counter& kept_;
  Store store_;  // in the order in which they were written
  std::unordered_map<std::string_view, Store::iterator> by_target_;
  std::size_t bytes_ = 0;
};

}  // namespace market::gateway
