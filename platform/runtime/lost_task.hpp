// What happens when a task that must run for ever has ended.
//
// The Process of an io_context takes it as the order to stop with exit code 1, so that whoever supervises it
// starts it anew. Where there is no Process (a test, a tool), it is a std::runtime_error that leaves the run
// of the loop. Io thread only.
#pragma once
#include <boost/asio/execution_context.hpp>
#include <functional>
#include <string>

namespace market::runtime {

class LostTask final : public boost::asio::execution_context::service {
 public:
  using Handler = std::function<void(const std::string& what)>;
  inline static boost::asio::execution_context::id id;

  static LostTask& Of(boost::asio::execution_context& context) {
    return boost::asio::use_service<LostTask>(context);
  }

  explicit LostTask(boost::asio::execution_context& context) : service(context) {}

  void Handle(Handler handler) { handler_ = std::move(handler); }
  // `what` names the task and says how it ended.
  void Tell(const std::string& what) const;

 private:
  void shutdown() override { handler_ = nullptr; }

  Handler handler_;
};

}  // namespace market::runtime
