#include "services/order/process/return_pictures.hpp"

#include <algorithm>
#include <utility>

#include "platform/conversions/kept_picture.hpp"
#include "platform/core/error.hpp"

namespace market::order {
namespace {

constexpr std::chrono::seconds kSettleLimit{5};
constexpr std::chrono::seconds kTellLimit{2};
const telemetry::Span kNoSpanOfClaims;

std::string KeptOf(const api::user::KeptPicture& picture) {
  return conversions::WriteKept(
      {.id = picture.id(),
       .content = picture.content(),
       .look = {.width = picture.width(), .height = picture.height(), .colour = picture.colour()},
       .alt_text = picture.alt_text()});
}

}  // namespace

// The claim comes first: should this process end before the return is written, it is what user is told by.
Task<ReturnPictures::Claimed> ReturnPictures::Claim(CallContext& call, domain::ReturnId coming,
                                                    AccountId buyer, std::vector<domain::PictureId> wanted) {
  Claimed claimed{.claim = co_await claims_.Begin(call, coming), .kept = {}};
  api::user::KeepPicturesRequest request;
  request.set_account_id(buyer.ToString());
  request.set_shown_by(coming.ToString());
  request.set_claim(claimed.claim);
  for (const auto& id : wanted) request.add_picture_ids(id.ToString());
  const auto answer = co_await users_.KeepPictures(call, std::move(request));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found =
        std::ranges::find(answer.pictures(), wanted[i].ToString(), &api::user::KeptPicture::id);
    if (found == answer.pictures().end()) {
      throw InvalidArgument("pictureIds[" + std::to_string(i) + "]", "UNKNOWN_PICTURE",
                            "is not a picture of yours");
    }
    claimed.kept.push_back(KeptOf(*found));
  }
  co_return claimed;
}

Task<> ReturnPictures::Settle() {
  while (co_await SettleOne()) {
  }
}

Task<bool> ReturnPictures::SettleOne() {
  const auto tell = [this](storage::ReturnClaims::Settled settled) -> Task<> {
    auto call = CallContext::ForWork(kTellLimit, kNoSpanOfClaims);
    api::user::SettlePicturesRequest request;
    request.set_shown_by(settled.coming.ToString());
    request.set_claim(settled.number);
    for (const auto& kept : settled.shown)
      request.add_picture_ids(std::string(conversions::ReadKept(kept).id));
    co_await users_.SettlePictures(call, std::move(request));
  };
  return claims_.SettleDue(runtime::After(kSettleLimit), tell);
}

}  // namespace market::order
