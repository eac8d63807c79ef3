// Files of offers: imports that a worker drives (process/importer.hpp), and exports, piece by piece.
#include <algorithm>

#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/imports/writer.hpp"
#include "services/product/process/offer_rows.hpp"

namespace market::product {
namespace {

using Import = api::product::Import;

// Of a piece of an export; with the rest of the answer far from what an answer may have.
constexpr std::size_t kPieceBytes = 192UL * 1024;
constexpr int kRowsOfPiece = 250;
// Columns of attributes and of options, each: as many as fit the token between two pieces.
constexpr int kNamesMax = 500;
constexpr std::size_t kNamesBytesMax = 32'768;
// Between names in a token; no name has it.
constexpr char kBetweenNames = '\n';

domain::ImportFormat FormatOf(const api::product::CreateImportRequest& request) {
  if (request.format() == Import::JSON_LINES) return domain::ImportFormat::kJsonLines;
  const bool speaks_of_json = request.upload().media_type().find("json") != std::string::npos;
  return request.format() == Import::FORMAT_UNSPECIFIED && speaks_of_json ? domain::ImportFormat::kJsonLines
                                                                          : domain::ImportFormat::kCsv;
}

// What an import does needs more than one permission.
void RequireAllPermissions(const CallContext& call, const SellerId& seller) {
  namespace options = marketplace::options::v1;
  for (const auto permission : {options::OFFERS_WRITE, options::STOCK_ADJUST}) {
    const auto shops = call.Caller().SellersWith(permission);
    if (std::ranges::find(shops, seller) == shops.end()) {
      throw Error(Code::kPermissionDenied, "PERMISSION_DENIED",
                  "an import needs the permissions to write offers and to adjust stock, too");
    }
  }
}

api::product::ImportRow RefusedToProto(storage::RefusedRow& refused) {
  api::product::ImportRow row;
  row.set_line(refused.line);
  if (!refused.sku.empty()) row.set_sku(std::move(refused.sku));
  for (auto& problem : refused.problems) {
    auto& told = *row.add_problems();
    if (!problem.field.empty()) told.set_field(std::move(problem.field));
    told.set_reason(std::move(problem.reason));
    told.set_detail(std::move(problem.detail));
  }
  return row;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += name + kBetweenNames;
  return text;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = text.find(kBetweenNames);
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return names;
}

// The columns of a file are those that its beginning names, whatever is added meanwhile.
imports::NamedColumns ColumnsOf(storage::ExportNames names) {
  const auto too_many = [](const std::vector<std::string>& list) {
    return list.size() > static_cast<std::size_t>(kNamesMax) || Joined(list).size() > kNamesBytesMax;
  };
  if (too_many(names.attributes) || too_many(names.options)) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                "there are more attributes or options than a table can have columns: ask for JSON_LINES")
        .WithMetadata("limit", std::to_string(kNamesMax));
  }
  return {.attributes = std::move(names.attributes), .options = std::move(names.options)};
}

}  // namespace

Task<Import> ProductService::CreateImport(CallContext& call, api::product::CreateImportRequest request) {
  const auto seller = SellerId::From(request.seller_id());
  const domain::ImportId id(call.OperationId());
  RequireAllPermissions(call, seller);
  // An earlier run of the request has done it, and the file may be gone by now.
  if (auto earlier = co_await deps_.imports.Get(call, seller, id)) co_return std::move(*earlier);
  RequireActive(seller);
  const auto& upload = request.upload();
  if (upload.size() > imports::kFileBytesMax)
    throw InvalidArgument("upload.size", "TOO_LARGE",
                          "must be at most " + std::to_string(imports::kFileBytesMax));
  co_await deps_.uploads.Check(call, call.Caller().account, upload);
  auto import = co_await deps_.imports.Create(call, {.id = id,
                                                     .seller = seller,
                                                     .account = call.Caller().account,
                                                     .upload = Uuid::Parse(upload.id()).value(),
                                                     .bytes = upload.size(),
                                                     .format = FormatOf(request),
                                                     .dry_run = request.dry_run()});
  deps_.import_made();
  co_return import;
}

Task<Import> ProductService::GetImport(CallContext& call, api::product::GetImportRequest request) {
  auto import = co_await deps_.imports.Get(call, SellerId::From(request.seller_id()),
                                           domain::ImportId::From(request.import_id()));
  if (!import) throw NotFound("the import");
  co_return std::move(*import);
}

Task<api::product::ListImportsResponse> ProductService::ListImports(
    CallContext& call, api::product::ListImportsRequest request) {
  const auto filter = "imports|" + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<domain::ImportId>(filter, request.page_token());
  auto found =
      co_await deps_.imports.List(call, SellerId::From(request.seller_id()),
                                  after ? std::optional(std::get<0>(*after)) : std::nullopt, size + 1);
  api::product::ListImportsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_imports(), size, found,
                                  [](Import& import) { return std::move(import); });
  if (kept < found.size()) {
    const auto& last = response.imports(response.imports_size() - 1);
    response.set_next_page_token(deps_.pages.Encode(filter, domain::ImportId::From(last.id())));
  }
  co_return response;
}

Task<api::product::ListImportRowsResponse> ProductService::ListImportRows(
    CallContext& call, api::product::ListImportRowsRequest request) {
  const auto filter = "import_rows|" + request.import_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<std::int64_t>(filter, request.page_token());
  const auto id = domain::ImportId::From(request.import_id());
  if (!co_await deps_.imports.Get(call, SellerId::From(request.seller_id()), id))
    throw NotFound("the import");
  auto refused = co_await deps_.imports.ListRefused(call, id, after ? std::get<0>(*after) : 0, size + 1);
  api::product::ListImportRowsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_rows(), size, refused, RefusedToProto);
  if (kept < refused.size()) {
    const auto last = response.rows(response.rows_size() - 1).line();
    response.set_next_page_token(deps_.pages.Encode(filter, last));
  }
  co_return response;
}

Task<api::product::ExportProductsResponse> ProductService::ExportProducts(
    CallContext& call, api::product::ExportProductsRequest request) {
  const auto format =
      request.format() == Import::JSON_LINES ? domain::ImportFormat::kJsonLines : domain::ImportFormat::kCsv;
  const storage::ExportFilter filter{.seller = SellerId::From(request.seller_id()),
                                     .state = storage::StateFrom(request.state())};
  const auto name = "export|" + request.seller_id() + '|' + std::string(Name(format)) + '|' +
                    std::string(filter.state ? Name(*filter.state) : "");
  std::optional<storage::ExportPosition> after;
  imports::NamedColumns columns;
  api::product::ExportProductsResponse response;
  const auto key =
      deps_.pages.Decode<domain::ProductId, domain::OfferId, std::string, std::string>(name, request.after());
  if (key) {
    after = {.product = std::get<0>(*key), .offer = std::get<1>(*key)};
    columns = {.attributes = Split(std::get<2>(*key)), .options = Split(std::get<3>(*key))};
  } else if (format == domain::ImportFormat::kCsv) {
    columns = ColumnsOf(co_await deps_.exports.Names(call, filter, kNamesMax + 1));
    response.set_content(imports::Header(format, columns));
  }
  const CategoryPaths categories(co_await deps_.categories.List(call));
  const auto rows = co_await deps_.exports.List(call, filter, after, kRowsOfPiece);
  std::size_t kept = 0;
  for (const auto& row : rows) {
    std::string line;
    imports::AppendRow(line, format, columns, RowOf(row, categories));
    if (kept > 0 && response.content().size() + line.size() > kPieceBytes) break;
    response.mutable_content()->append(line);
    ++kept;
  }
  response.set_media_type(std::string(imports::MediaType(format)));
  response.set_file_name(std::string(imports::FileName(format)));
  if (kept < rows.size() || rows.size() == static_cast<std::size_t>(kRowsOfPiece)) {
    const auto& last = rows[kept - 1];
    response.set_next(
        deps_.pages.Encode(name, domain::ProductId::From(last.product.id()),
                           last.offer ? domain::OfferId::From(last.offer->id()) : domain::OfferId(),
                           Joined(columns.attributes), Joined(columns.options)));
  }
  co_return response;
}

}  // namespace market::product
