// Pictures of shops: uploaded, listed, described, deleted.
#include "platform/conversions/conversions.hpp"
#include "platform/conversions/picture.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

using domain::PictureId;

api::product::Picture PictureProto(const domain::Picture& picture) {
  api::product::Picture out;
  out.set_id(picture.id.ToString());
  out.set_seller_id(picture.seller.ToString());
  out.set_alt_text(picture.alt_text);
  conversions::ShowPicture(out, PicturePlace::kShops, picture.content, picture.look);
  *out.mutable_create_time() = conversions::ToProto(picture.created_at);
  *out.mutable_update_time() = conversions::ToProto(picture.updated_at);
  out.set_etag(std::to_string(picture.version));
  return out;
}

}  // namespace

Task<marketplace::type::v1::PieceAdded> ProductService::AddPiece(CallContext& call,
                                                                 marketplace::type::v1::Piece request) {
  return deps_.uploads.Add(call, call.Caller().account, std::move(request));
}

Task<api::product::Picture> ProductService::UploadPicture(CallContext& call,
                                                          api::product::UploadPictureRequest request) {
  const auto& upload = request.upload();
  pictures::CheckFileSize(upload.size());
  co_return PictureProto(co_await deps_.uploads.Take(
      call, call.Caller().account, upload, [&](std::string file) -> Task<domain::Picture> {
        const auto seller = SellerId::From(request.seller_id());
        RequireActive(seller);
        co_return co_await deps_.picture_maker.Make(call,
                                                    {.id = PictureId(call.OperationId()),
                                                     .seller = seller,
                                                     .content = upload.sha256(),
                                                     .alt_text = request.alt_text()},
                                                    std::move(file), rpc::ActOf(call));
      }));
}

Task<api::product::Picture> ProductService::GetPicture(CallContext& call,
                                                       api::product::GetPictureRequest request) {
  co_return PictureProto(
      co_await deps_.pictures.Get(call, PictureId::From(request.picture_id()), call.Reach().sellers));
}

Task<api::product::ListPicturesResponse> ProductService::ListPictures(
    CallContext& call, api::product::ListPicturesRequest request) {
  const auto filter = "pictures|" + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<PictureId>(filter, request.page_token());
  auto found =
      co_await deps_.pictures.List(call, SellerId::From(request.seller_id()),
                                   after ? std::optional(std::get<0>(*after)) : std::nullopt, size + 1);
  api::product::ListPicturesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_pictures(), size, found, PictureProto);
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

Task<api::product::Picture> ProductService::UpdatePicture(CallContext& call,
                                                          api::product::UpdatePictureRequest request) {
  std::optional<std::string> alt_text;
  rpc::PartialUpdate(request.picture(), request.update_mask())
      .Take("alt_text", request.picture().alt_text(), alt_text);
  co_return PictureProto(co_await deps_.pictures.Update(
      call, PictureId::From(request.picture_id()), call.Reach().sellers, std::move(alt_text),
      rpc::ExpectedVersion(request.if_match()), rpc::ActOf(call)));
}

Task<google::protobuf::Empty> ProductService::DeletePicture(CallContext& call,
                                                            api::product::DeletePictureRequest request) {
  co_await deps_.pictures.Delete(call, PictureId::From(request.picture_id()), call.Reach().sellers,
                                 rpc::ExpectedVersion(request.if_match()), rpc::ActOf(call));
  co_return google::protobuf::Empty();
}

}  // namespace market::product
