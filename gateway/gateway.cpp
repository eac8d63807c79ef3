#include "gateway/gateway.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/browser/cookies.hpp"
#include "gateway/download.hpp"
#include "gateway/event_stream.hpp"
#include "gateway/exchange.hpp"
#include "gateway/gateway_metrics.hpp"
#include "gateway/kept_reads.hpp"
#include "gateway/negotiation.hpp"
#include "gateway/operation.hpp"
#include "gateway/page_edge.hpp"
#include "gateway/places.hpp"
#include "gateway/problem.hpp"
#include "gateway/requests.hpp"
#include "gateway/routing/router.hpp"
#include "gateway/upload.hpp"
#include "platform/core/id.hpp"
#include "platform/rpc/error_table.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::gateway {
namespace {

using std::chrono::steady_clock;

// Most of what is asked for: no page is below it.
constexpr std::string_view kApi = "/v1/";

// Whatever becomes of the call, the answer says whether it is one that was given before.
struct NoteReplayed {
  NoteReplayed(Exchange& exchange, const CallContext& call) : exchange(exchange), call(call) {}
  ~NoteReplayed() { exchange.replayed = call.Replayed(); }
  Exchange& exchange;
  const CallContext& call;
};

// The path of another method of the same service.
std::string NeighbourOf(const rpc::Method& method, const std::string& name) {
  return method.path.substr(0, method.path.rfind('/') + 1) + name;
}

}  // namespace

struct Gateway::State {
  State(GatewayOptions options, rpc::Backend& backend, telemetry::Metrics& metrics, telemetry::Tracer& tracer)
      : options(options),
        backend(backend),
        tracer(tracer),
        requests(metrics.AddCounterFamily("http_requests_total", "requests answered",
                                          {"method", "route", "code"})),
        durations(metrics.AddHistogramFamily("http_request_duration_seconds",
                                             "time from a request's arrival to its answer",
                                             {"method", "route"})),
        in_flight_shown(metrics.AddGauge("http_requests_in_flight", "requests being worked on")),
        listeners(options.streams, metrics.AddGauge("http_event_streams", "streams of events that are open")),
        uploads(options.uploads_max, metrics.AddGauge("http_uploads", "files that are coming in")),
        downloads(options.downloads_max, metrics.AddGauge("http_downloads", "files that are going out")),
        kept_reads(options.cache, backend, metrics),
        pages_written(metrics.AddCounterFamily("http_pages_total",
                                               "pages that were written, or kept from before", {"result"})),
        unmatched(requests, durations, "", "unmatched"),
        faults(requests, durations, "", "fault") {}

  void AddRoute(const rpc::Method& method, const rpc::HttpBinding& binding,
                const std::vector<const rpc::Method*>& methods);
  void Enter() { in_flight_shown.Set(static_cast<double>(++in_flight)); }
  void Leave() { in_flight_shown.Set(static_cast<double>(--in_flight)); }
  Task<http::Response> Dispatch(Exchange& exchange);
  Task<http::Response> Call(Exchange& exchange);
  Task<http::Response> ShowPage(const Exchange& exchange);
  void OpenPages(pages::Site site);
  Task<http::Response> Stream(Exchange& exchange, std::unique_ptr<Message> message);
  Task<std::string> Ask(Exchange& exchange, const Message& message, steady_clock::time_point began);
  Task<http::Response> OpenStream(Exchange& exchange, const EventForm& form);
  Task<http::Response> TakeFile(Exchange& exchange, const UploadForm& form, std::unique_ptr<Message> message);
  Task<http::Response> GiveFile(Exchange& exchange, const DownloadForm& form,
                                std::unique_ptr<Message> message);
  std::optional<http::Response> FindRoute(Exchange& exchange);
  void TakeSession(Exchange& exchange) const;
  rpc::Incoming IncomingOf(const Exchange& exchange, steady_clock::time_point began) const;
  void Finish(Exchange& exchange, http::Response& response);
  void WriteAccessLine(const Exchange& exchange, const http::Response& response,
                       std::chrono::nanoseconds duration);

  const GatewayOptions options;
  rpc::Backend& backend;
  telemetry::Tracer& tracer;
  telemetry::CounterFamily& requests;
  telemetry::HistogramFamily& durations;
  telemetry::Gauge& in_flight_shown;
  std::size_t in_flight = 0;
  Listeners listeners;
  Places uploads;
  Places downloads;
  KeptReads kept_reads;
  telemetry::CounterFamily& pages_written;
  std::optional<PageEdge> pages;
  RouteMetrics unmatched;
  RouteMetrics faults;
  transcoding::Schemas schemas;
  SessionCookies cookies;
  routing::Router router;
  std::deque<Route> routes;
  std::deque<Route> showing;  // at the paths of others of them
  routing::Router uploading;  // the routes of methods that take files
  std::size_t dull_requests = 0;
};

void Gateway::State::AddRoute(const rpc::Method& method, const rpc::HttpBinding& binding,
                              const std::vector<const rpc::Method*>& methods) {
  router.Add(binding.verb, binding.path, routes.size());
  auto& route = routes.emplace_back(Operation(method, binding, schemas, cookies),
                                    RouteMetrics(requests, durations, binding.verb, binding.path));
  kept_reads.Know(route.operation);
  if (!method.rest.shown_by().empty()) {
    const auto by =
        std::ranges::find(methods, NeighbourOf(method, method.rest.shown_by()), &rpc::Method::path);
    if (by == methods.end()) throw std::logic_error(method.path + ": `rest.shown_by` names no method");
    route.shown = &showing.emplace_back(Operation(**by, binding, schemas, cookies),
                                        RouteMetrics(requests, durations, binding.verb, binding.path));
  }
  const auto* form = route.operation.Upload();
  if (form == nullptr) return;
  uploading.Add(binding.verb, binding.path, routes.size() - 1);
  const auto pieces = std::ranges::find(methods, form->PiecesPath(), &rpc::Method::path);
  if (pieces == methods.end() ||
      (*pieces)->request->GetDescriptor() != marketplace::type::v1::Piece::descriptor())
    throw std::logic_error(method.path + ": `rest.pieces` names no method that takes a Piece");
  route.pieces = *pieces;
}

// Sets the route, or gives the answer of a request that has none. Throws Error.
std::optional<http::Response> Gateway::State::FindRoute(Exchange& exchange) {
  const http::Request& request = exchange.request;
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  if (const auto match = router.Find(method, exchange.path)) {
    exchange.match = *match;
    exchange.route = &routes[match->target];
    if (exchange.route->shown != nullptr) {
      exchange.shown_as = exchange.route->operation.ShownAs(request.headers);
      if (!exchange.shown_as.empty()) exchange.route = exchange.route->shown;
    }
    return std::nullopt;
  }
  if (request.target == "*")
    return http::Response{204, {{"Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"}}, {}};
  auto methods = router.MethodsOf(exchange.path);
  if (methods.empty() && pages && pages->At(exchange.path, {}, {})) methods = {"GET"};
  if (methods.empty()) throw Error(Code::kNotFound, "NOT_FOUND", "there is nothing at this path");
  const std::string allow = AllowText(methods);
  if (request.method == "OPTIONS") return http::Response{204, {{"Allow", allow}}, {}};
  const Error error(Code::kUnimplemented, "METHOD_NOT_ALLOWED", "this path allows " + allow);
  http::Response response = ProblemOf(error, exchange.span.Context().TraceIdHex());
  response.headers.Add("Allow", allow);
  return response;
}

rpc::Incoming Gateway::State::IncomingOf(const Exchange& exchange, steady_clock::time_point began) const {
  const http::Headers& headers = exchange.request.headers;
  rpc::Incoming incoming;
  incoming.deadline = began + exchange.route->operation.Method().timeout;
  incoming.authorization = exchange.bearer.empty() ? headers.Get("Authorization") : exchange.bearer;
  incoming.request_id = exchange.request_id;
  incoming.idempotency_key = headers.Get("Idempotency-Key");
  incoming.client_address = ClientOf(exchange.request);
  incoming.user_agent = headers.Get("User-Agent");
  incoming.accept_language = headers.Get("Accept-Language");
  return incoming;
}

void Gateway::State::OpenPages(pages::Site site) {
  const auto finds = [this](std::string_view path, routing::Match& match) -> const Operation* {
    const auto found = router.Find("GET", path);
    if (!found) return nullptr;
    match = *found;
    return &routes[found->target].operation;
  };
  pages.emplace(std::move(site), PageEdge::Wiring{.finds = finds,
                                                  .kept_reads = kept_reads,
                                                  .backend = backend,
                                                  .requests = requests,
                                                  .durations = durations,
                                                  .written = pages_written});
}

// Everybody's: whoever asks is asked for by nobody in particular.
Task<http::Response> Gateway::State::ShowPage(const Exchange& exchange) {
  rpc::Incoming incoming;
  incoming.request_id = exchange.request_id;
  incoming.client_address = ClientOf(exchange.request);
  incoming.user_agent = exchange.request.headers.Get("User-Agent");
  co_return co_await pages->Show(
      *exchange.page, {.request = exchange.request, .incoming = std::move(incoming), .span = exchange.span});
}

Task<http::Response> Gateway::State::Call(Exchange& exchange) {
  const Operation& operation = exchange.route->operation;
  auto message = operation.ReadRequest(exchange.request, exchange.match.variables, exchange.query);
  if (!exchange.shown_as.empty()) operation.Download()->ShowAs(*message, exchange.shown_as);
  if (operation.IsStreamed()) co_return co_await Stream(exchange, std::move(message));
  const http::Headers& headers = exchange.request.headers;
  if (exchange.bearer.empty() && kept_reads.Answers(operation, headers)) {
    auto question = KeptReads::Asked(operation, headers, *message);
    if (auto response = kept_reads.Find(question, headers, exchange.kept)) co_return std::move(*response);
    co_return co_await kept_reads.Read(std::move(question), headers, IncomingOf(exchange, exchange.began),
                                       exchange.span, exchange.kept);
  }
  const std::string answer = co_await Ask(exchange, *message, exchange.began);
  auto response = operation.WriteResponse(answer, headers);
  if (!exchange.bearer.empty()) response.headers.Set("Cache-Control", "private, no-store");
  if (exchange.route->shown != nullptr) response.headers.Add("Vary", "Accept");
  if (const auto* browser = operation.Browser()) browser->WriteCookies(answer, headers.Get("Host"), response);
  co_return response;
}

// A browser that is signed in sends its session's cookies along with whatever page sends the request: what changes something has
// to come from one of ours. Methods for everybody do not take the token, so that their answers are everybody's; but for those
// whose answer is one reader's all the same, by a token of its own, which may be a cookie as well; and where the page says that it
// reads as somebody, of a method that shows more to some: consoles have what only they may see from the same paths (ADR 46).
void Gateway::State::TakeSession(Exchange& exchange) const {
  const auto& headers = exchange.request.headers;
  const auto& operation = exchange.route->operation;
  const auto& method = operation.Method();
  const bool takes = operation.IsPersonal() || (operation.ShowsMore() && headers.Count("X-With-Session") > 0);
  if (takes && headers.Count("Authorization") == 0) exchange.bearer = BearerOf(headers, cookies);
  const bool by_cookie = !exchange.bearer.empty() || operation.TakesCookie(headers);
  const bool asked = operation.Browser() != nullptr || (by_cookie && !method.safe);
  if (asked && !browser::IsFromUs(headers))
    throw Error(Code::kPermissionDenied, "CROSS_SITE",
                "the request does not come from a page of this marketplace");
}

Task<http::Response> Gateway::State::Stream(Exchange& exchange, std::unique_ptr<Message> message) {
  const Operation& operation = exchange.route->operation;
  if (const auto* form = operation.Events()) co_return co_await OpenStream(exchange, *form);
  if (const auto* form = operation.Upload()) co_return co_await TakeFile(exchange, *form, std::move(message));
  co_return co_await GiveFile(exchange, *operation.Download(), std::move(message));
}

// Its time counts from `began`: of a file that is now, not when the request began.
Task<std::string> Gateway::State::Ask(Exchange& exchange, const Message& message,
                                      steady_clock::time_point began) {
  rpc::Incoming incoming = IncomingOf(exchange, began);
  CallContext call(incoming.deadline);
  rpc::CallContextBuilder(call).Span(exchange.span);
  const NoteReplayed note(exchange, call);
  const Operation& operation = exchange.route->operation;
  std::string answer;
  std::exception_ptr failure;
  try {
    co_await backend.Call(operation.Method(), std::move(incoming), call, message, answer);
  } catch (...) {  // rethrown below
    failure = std::current_exception();
  }
  kept_reads.Changed(operation, message, answer, failure);
  if (failure) std::rethrow_exception(failure);
  co_return answer;
}

// While the file comes it is not a request that is worked on: most of that time is its client's.
Task<http::Response> Gateway::State::TakeFile(Exchange& exchange, const UploadForm& form,
                                              std::unique_ptr<Message> message) {
  struct Aside {
    explicit Aside(State& state) : state(state) { state.Leave(); }
    ~Aside() { state.Enter(); }
    State& state;
  };
  http::Request& request = exchange.request;
  const Operation& operation = exchange.route->operation;
  auto media_type = UploadForm::MediaTypeOf(request.headers);
  const auto incoming = IncomingOf(exchange, exchange.began);
  Upload upload({*exchange.route->pieces, backend, uploads, form.BytesMax()}, incoming,
                UploadIdOf(operation.Method(), incoming));
  marketplace::type::v1::Upload told;
  {
    const Aside aside(*this);
    told = co_await upload.PassOn(request.body_reader, exchange.span);
  }
  exchange.file_bytes = upload.Bytes();
  told.set_media_type(std::move(media_type));
  form.Tell(*message, std::move(told));
  const auto answer = co_await Ask(exchange, *message, steady_clock::now());
  co_return operation.WriteResponse(answer, {});
}

// The request is over with the first piece; one that is the last as well is an answer like any other.
Task<http::Response> Gateway::State::GiveFile(Exchange& exchange, const DownloadForm& form,
                                              std::unique_ptr<Message> message) {
  const Operation& operation = exchange.route->operation;
  auto first = form.Read(co_await Ask(exchange, *message, steady_clock::now()));
  http::Response response;
  response.headers.Add("Content-Type", ContentType(first));
  if (exchange.shown_as.empty()) {
    response.headers.Add("Content-Disposition", ContentDisposition(first.file_name));
  } else {
    // What a page shows in the reader's own session may not do anything there.
    response.headers.Add("Content-Disposition", ContentDisposition(first.file_name, Disposition::kInline));
    response.headers.Add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    response.headers.Add("Vary", "Accept, Accept-Language");
  }
  response.headers.Add("Cache-Control", operation.CacheControl());
  if (first.next.empty()) {
    response.body = std::move(first.content);
  } else {
    response.stream = std::make_shared<Download>(Download::Of{operation.Method(), form, backend},
                                                 IncomingOf(exchange, exchange.began), std::move(message),
                                                 std::move(first), downloads.Enter());
  }
  co_return response;
}

// The request is over with the first answer; what goes on is the connection's.
Task<http::Response> Gateway::State::OpenStream(Exchange& exchange, const EventForm& form) {
  const Operation& operation = exchange.route->operation;
  auto stream =
      std::make_shared<EventStream>(EventStream::Of{operation.Method(), form, backend, options.heartbeat},
                                    IncomingOf(exchange, exchange.began), listeners.Enter());
  co_await stream->Begin(EventForm::LastSeen(exchange.request.headers), exchange.span);
  http::Response response;
  response.headers.Add("Content-Type", EventForm::kType);
  response.headers.Add("Cache-Control", operation.CacheControl());
  response.stream = std::move(stream);
  co_return response;
}

Task<http::Response> Gateway::State::Dispatch(Exchange& exchange) {
  if (in_flight > options.in_flight_max) {
    throw Error(Code::kResourceExhausted, "OVERLOADED", "too many requests are being worked on")
        .WithRetryAfter(options.retry_after);
  }
  if (exchange.page) co_return co_await ShowPage(exchange);
  if (auto answered = FindRoute(exchange)) co_return std::move(*answered);
  const http::Headers& headers = exchange.request.headers;
  if (!exchange.route->operation.IsAcceptable(headers)) {
    const bool streams = exchange.route->operation.Events() != nullptr;
    throw Error(Code::kInvalidArgument, "NOT_ACCEPTABLE",
                std::string("answers are ") + (streams ? "text/event-stream" : "application/json") +
                    ", which the Accept header rules out");
  }
  // Two of these could be read differently by different readers.
  for (const std::string_view name : {"Authorization", "Idempotency-Key"}) {
    if (headers.Count(name) > 1)
      throw Error(Code::kInvalidArgument, "BAD_REQUEST", std::string(name) + " is given twice");
  }
  TakeSession(exchange);
  // Metadata of gRPC can't carry other characters: such a key would not arrive. Where a key is required, an
  // empty one is told like one that is missing.
  const auto& method = exchange.route->operation.Method();
  if (!method.safe && headers.Count("Idempotency-Key") == 1) {
    const auto key = headers.Get("Idempotency-Key");
    const bool printable = std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
    if (!printable || (key.empty() && !method.policy.idempotency_key())) {
      throw InvalidArgument("Idempotency-Key", "INVALID_FORMAT",
                            "must be 1 to 255 printable ASCII characters");
    }
  }
  co_return co_await Call(exchange);
}

void Gateway::State::Finish(Exchange& exchange, http::Response& response) {
  response.headers.Add("X-Request-Id", exchange.request_id);
  const auto traceparent = exchange.span.Context().Traceparent();
  response.headers.Add("traceparent", {traceparent.data(), traceparent.size()});
  response.headers.Add("X-Content-Type-Options", "nosniff");
  if (exchange.replayed) response.headers.Add("Idempotent-Replayed", "true");
  const auto duration = steady_clock::now() - exchange.began;
  RouteMetrics& metrics = exchange.page               ? *exchange.page->metrics
                          : exchange.route != nullptr ? exchange.route->metrics
                                                      : unmatched;
  metrics.Count(response.status, duration, exchange.span.Context());
  Describe(exchange, response);
  WriteAccessLine(exchange, response, duration);
}

void Gateway::State::WriteAccessLine(const Exchange& exchange, const http::Response& response,
                                     std::chrono::nanoseconds duration) {
  if (!telemetry::log::Enabled(telemetry::LogLevel::kInfo)) return;
  // What failed, was slow, changed something or has a trace to go with is always written.
  const bool read = exchange.request.method == "GET" || exchange.request.method == "HEAD";
  const bool dull =
      response.status < 500 && duration < options.slow && read && !exchange.span.Context().Sampled();
  if (dull) {
    const std::size_t number = dull_requests++;
    if (options.access_log_one_in == 0 || number % options.access_log_one_in != 0) return;
  }
  WriteAccess(exchange, response, duration);
}

Gateway::Gateway(GatewayOptions options, rpc::Backend& backend, std::vector<const rpc::Method*> methods,
                 telemetry::Metrics& metrics, telemetry::Tracer& tracer)
    : state_(std::make_unique<State>(options, backend, metrics, tracer)) {
  for (const rpc::Method* method : methods) {
    for (const rpc::HttpBinding& binding : method->http) state_->AddRoute(*method, binding, methods);
  }
}

void Gateway::OpenPages(pages::Site site) { state_->OpenPages(std::move(site)); }

Gateway::~Gateway() = default;

Task<http::Response> Gateway::Handle(http::Request& request) {
  State& state = *state_;
  const auto question = request.target.find('?');
  const std::string_view target = request.target;
  Exchange exchange{
      .request = request,
      .began = steady_clock::now(),
      .span = state.tracer.Enter("HTTP", telemetry::SpanKind::kServer, request.headers.Get("traceparent")),
      .request_id = RequestIdOf(request.headers),
      .path = target.substr(0, question),
      .query = question == std::string::npos ? std::string_view() : target.substr(question + 1)};
  http::Response response;
  std::exception_ptr failure;
  if (state.pages && !exchange.path.starts_with(kApi) &&
      (request.method == "GET" || request.method == "HEAD"))
    exchange.page = state.pages->At(exchange.path, exchange.query, exchange.span.Context().TraceIdHex());
  state.Enter();
  try {
    response = co_await state.Dispatch(exchange);
  } catch (...) {
    failure = std::current_exception();  // answered below
  }
  state.Leave();
  if (failure) {
    Error error = rpc::Outward(failure);
    if (exchange.route != nullptr) exchange.route->operation.Localize(error);
    response = exchange.page ? PageEdge::Refuse(*exchange.page, error)
                             : ProblemOf(error, exchange.span.Context().TraceIdHex());
    const auto* browser = exchange.route != nullptr ? exchange.route->operation.Browser() : nullptr;
    if (browser != nullptr && browser->AsksByCookie() && error.code == Code::kUnauthenticated)
      browser->Forget(request.headers.Get("Host"), response);
  }
  state.Finish(exchange, response);
  co_return response;
}

std::optional<std::uint64_t> Gateway::UploadBytesMax(const http::Request& head) const {
  const State& state = *state_;
  const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
  // Most bodies are for none of these few; where one may be, all routes say whether another is nearer.
  if (!state.uploading.Find(head.method, path)) return std::nullopt;
  const auto match = state.router.Find(head.method, path);
  const auto* form = match ? state.routes[match->target].operation.Upload() : nullptr;
  return form == nullptr ? std::nullopt : std::optional(form->BytesMax());
}

Task<> Gateway::Drain(runtime::Deadline deadline) { return state_->kept_reads.Drain(deadline); }

http::Response Gateway::Answer(http::Fault fault) {
  const auto trace = telemetry::TraceContext::NewRoot(telemetry::TraceContext::kRandomId);
  http::Response response = ProblemOf(ErrorOf(fault), trace.TraceIdHex());
  response.headers.Add("X-Request-Id", Uuid::NewV7().ToString());
  const auto traceparent = trace.Traceparent();
  response.headers.Add("traceparent", {traceparent.data(), traceparent.size()});
  state_->faults.Count(response.status, std::chrono::nanoseconds(0), trace);
  return response;
}

}  // namespace market::gateway
