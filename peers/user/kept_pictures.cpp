#include "peers/user/kept_pictures.hpp"

#include <algorithm>
#include <utility>

#include "platform/conversions/kept_picture.hpp"
#include "platform/core/error.hpp"

namespace market::peers {
namespace {

using api::user::KeptPicture;
using PictureId = Id<struct PictureTag>;

constexpr std::chrono::seconds kSettleLimit{5};
constexpr std::chrono::seconds kTellLimit{2};
const telemetry::Span kNoSpanOfClaims;

std::string KeptOf(const KeptPicture& picture) {
  return conversions::WriteKept(
      {.id = picture.id(),
       .content = picture.content(),
       .look = {.width = picture.width(), .height = picture.height(), .colour = picture.colour()},
       .alt_text = picture.alt_text()});
}

}  // namespace

// The claim comes first: should this process end before what shows them is written, it is what user is told by.
Task<KeptPictures::Claimed> KeptPictures::Claim(CallContext& call, Uuid shown_by, AccountId owner,
                                                google::protobuf::RepeatedPtrField<std::string> wanted,
                                                std::string field) {
  Claimed claimed{.claim = co_await claims_.Begin(call, shown_by), .kept = {}};
  if (wanted.empty()) co_return claimed;
  api::user::KeepPicturesRequest request;
  request.set_account_id(owner.ToString());
  request.set_shown_by(shown_by.ToString());
  request.set_claim(claimed.claim);
  for (const auto& id : wanted) request.add_picture_ids(PictureId::From(id).ToString());
  const auto answer = co_await users_.KeepPictures(call, request);
  for (int i = 0; i < request.picture_ids_size(); ++i) {
    const auto found = std::ranges::find(answer.pictures(), request.picture_ids(i), &KeptPicture::id);
    if (found == answer.pictures().end()) {
      throw InvalidArgument(field + "[" + std::to_string(i) + "]", "UNKNOWN_PICTURE",
                            "is not a picture of yours");
    }
    claimed.kept.push_back(KeptOf(*found));
  }
  co_return claimed;
}

Task<> KeptPictures::Settle() {
  while (co_await SettleOne()) {
  }
}

Task<bool> KeptPictures::SettleOne() {
  const auto tell = [this](picture_claims::Claims::Settled settled) -> Task<> {
    auto call = CallContext::ForWork(kTellLimit, kNoSpanOfClaims);
    api::user::SettlePicturesRequest request;
    request.set_shown_by(settled.shown_by.ToString());
    request.set_claim(settled.number);
    for (const auto& kept : settled.shown)
      request.add_picture_ids(std::string(conversions::ReadKept(kept).id));
    co_await users_.SettlePictures(call, std::move(request));
  };
  return claims_.SettleDue(runtime::After(kSettleLimit), tell);
}

}  // namespace market::peers
