#include "platform/postgres/canceller.hpp"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

namespace market::postgres::internal {
namespace {

struct Free {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

}  // namespace

void Canceller::Send(PGconn* connection, std::move_only_function<void()> heard) {
  boost::asio::post(thread_, [this, cancel = std::unique_ptr<PGcancel, Free>(PQgetCancel(connection)),
                              work = boost::asio::make_work_guard(io_), heard = std::move(heard)]() mutable {
    std::array<char, 256> why{};
    if (cancel) PQcancel(cancel.get(), why.data(), static_cast<int>(why.size()));
    boost::asio::post(io_, std::move(heard));
  });
}

}  // namespace market::postgres::internal
