---@meta harnest

--- Types of the module `harnest` for editors (LuaCATS, as lua-language-server reads it). This file is
--- never loaded by a program. docs/API.md is the reference.

---------------------------------------------------------------------- values

---JSON's null: equals `cjson.null` and `ngx.null`; in Neovim it is `vim.NIL`.
---@class harnest.Null: userdata

---A link object of a document.
---@class harnest.Link
---@field href string
---@field [string] any

---A type such as `"contracts"`, a path such as `"/contracts/1/signers"`, a URL or a link object.
---@alias harnest.Place string|harnest.Link|harnest.View

---@alias harnest.Id string|integer

---@class harnest.Identifier
---@field type string
---@field id? harnest.Id
---@field lid? string
---@field meta? table<string, any>

---A resource, an identifier, an array of them, `harnest.null`, or a relationship object.
---@alias harnest.Linkage
---| harnest.Resource
---| harnest.Identifier
---| harnest.View
---| (harnest.Resource|harnest.Identifier|harnest.View)[]
---| harnest.Null
---| {data: any}

---Plain data, as in the document.
---@class harnest.Resource
---@field id string
---@field type string
---@field attributes? table<string, any>
---@field relationships? table<string, any>
---@field links? table<string, any>
---@field meta? table<string, any>
local Resource = {}

---Returns the included resource, or an array of them. Sends no request.
---@param name string the relationship's name
---@return harnest.Resource|harnest.Resource[]|nil related
---@return harnest.Error|harnest.Identifier[]|nil err of a to-many relationship also what was not included
function Resource:related(name) end

---Returns the identifier of the resource.
---@return harnest.Identifier
function Resource:ref() end

---What calls with `view = true` return in place of a resource, and the objects and arrays inside it.
---@class harnest.View: userdata
---@field [string] any
---@field [integer] any
---@operator len: integer
---@operator call: fun(): any, any
local View = {}

---Returns the plain resource.
---@return harnest.Resource
function View:table() end

---As `resource:related`; related resources are views.
---@param name string the relationship's name
---@return harnest.View|harnest.View[]|nil related
---@return harnest.Error|harnest.View[]|nil err
function View:related(name) end

---Returns the identifier of the resource.
---@return harnest.Identifier
function View:ref() end

---A whole document, as `api:fetch` and `api:request` return it.
---@class harnest.Document
---@field data? any
---@field included? harnest.Resource[]
---@field meta? table<string, any>
---@field links? table<string, any>
---@field jsonapi? table<string, any>
---@field [string] any

---A page of a list, also the document that a write returns.
---@class harnest.Page: userdata
---@field data harnest.Resource[]|harnest.Resource of a write the resource
---@field included? harnest.Resource[]
---@field meta? table<string, any>
---@field links? table<string, any>
---@field number? integer
---@field last? integer
---@field total? integer
---@field [integer] harnest.Resource
---@field [string] any
---@operator len: integer

---A write that the server answered with 202; see `api:wait`.
---@class harnest.Job
---@field accepted true
---@field content_location? string
---@field location? string
---@field retry_after? number seconds
---@field data? any
---@field meta? table<string, any>
---@field links? table<string, any>

---------------------------------------------------------------------- errors

---@alias harnest.ErrorKind
---| "bad_request"
---| "unauthorized"
---| "forbidden"
---| "not_found"
---| "conflict"
---| "invalid"
---| "rate_limited"
---| "unavailable"
---| "client_error"
---| "server_error"
---| "timeout"
---| "network"
---| "tls"
---| "protocol"
---| "refused"
---| "cancelled"

---What a failed call returns after nil, and what a `for` loop raises. `tostring(err)` is its message.
---@class harnest.Error
---@field kind harnest.ErrorKind
---@field message string
---@field status? integer
---@field errors? table<string, any>[] the JSON:API error objects
---@field meta? table<string, any>
---@field links? table<string, any>
---@field request_id? string
---@field operation? integer
---@field partial? harnest.Resource[]
---@field method? string
---@field url? string
---@field attempts? integer
---@field retry_after? number seconds
---@field headers? harnest.Headers
---@field body? string
---@field traceback? string of an error that ended a task
---@field outcome_unknown? boolean whether a write may have been done
---@field retryable? boolean
---@field seconds? number
local Error = {}

---Returns several lines with all that is known of the error.
---@return string
function Error:details() end

---Response headers, with names in lower case.
---@alias harnest.Headers table<string, string|string[]>

---What `api:request` returns after the document.
---@class harnest.Info
---@field status integer
---@field headers harnest.Headers

--------------------------------------------------------------------- options

---@class (exact) harnest.Rate
---@field requests integer
---@field per number seconds

---@class (exact) harnest.Cache
---@field size? integer bytes
---@field ttl? number seconds
---@field stale_if_error? number seconds
---@field shared? table a dictionary of nginx: `ngx.shared.NAME`

---An event loop of your own.
---@class (exact) harnest.Loop
---@field watch fun(client: harnest.Client, drive: fun(), at_once: boolean)
---@field unwatch fun()
---@field this? fun(): any, string?
---@field sleep? fun(this: any)
---@field wake? fun(this: any)
---@field spawn? fun(fn: fun(), done: fun(fine: boolean, ...: any)): any
---@field is_gone? fun(this: any): boolean
---@field join? fun(spawned: any)
---@field name? string

---What the option `trace` receives.
---@class harnest.TraceEvent
---@field event "request"|"response"|"retry"|"page"
---@field method? string
---@field url? string
---@field attempt? integer
---@field status? integer
---@field seconds? number
---@field bytes? integer
---@field wait? number
---@field request_id? string
---@field kind? harnest.ErrorKind
---@field message? string
---@field cached? boolean
---@field reason? string
---@field resources? integer
---@field total? integer
---@field request_headers? harnest.Headers with `trace_detail`
---@field headers? harnest.Headers with `trace_detail`
---@field request_body? string with `trace_detail = "body"`
---@field body? string with `trace_detail = "body"`
---@field body_size? integer

---Options of `harnest.new`.
---@class (exact) harnest.Options
---@field company? string company name at Harnest
---@field url? string base URL of the API
---@field token? string|false|fun(): string?, string? bearer token
---@field authorization? string|fun(): string?, string? value of `Authorization`
---@field dialect? "harnest"|"jsonapi"
---@field ext? string|string[] URIs of JSON:API extensions
---@field profile? string|string[] URIs of JSON:API profiles
---@field headers? table<string, string> additional request headers
---@field timeout? number seconds of one attempt
---@field connect_timeout? number seconds
---@field deadline? number seconds of one call with all its attempts
---@field retries? integer attempts after the first
---@field max_retry_wait? number seconds
---@field max_response? integer bytes
---@field max_pages? integer
---@field prefetch? integer
---@field max_connections? integer
---@field rate? harnest.Rate
---@field cache? boolean|integer|harnest.Cache true for 16 MiB, or bytes
---@field proxy? string|false
---@field ca_file? string
---@field ca_path? string
---@field client_cert? string
---@field client_key? string
---@field client_key_password? string
---@field revocation? "strict"|"best effort"
---@field insecure? boolean
---@field ignore_link_origin? boolean
---@field user_agent? string
---@field operations? string path of the endpoint for atomic operations
---@field loop? "copas"|"cqueues"|"luv"|"manual"|"nginx"|harnest.Loop|false
---@field trace? fun(event: harnest.TraceEvent)
---@field trace_detail? "headers"|"body"
---@field dry_run? boolean
---@field cassette? string|false|harnest.CassetteOptions
---@field cassette_mode? harnest.CassetteMode
---@field debug? boolean|"headers"|"body"|fun(line: string)

---@alias harnest.CassetteMode
---| "once"
---| "replay"
---| "record"
---| "check"

---One request and what came of it, for the filter of a cassette.
---@class harnest.Interaction
---@field request {method: string, path: string, query?: table<string, any>, body?: any, text?: string, base64?: string}
---@field response? {status: integer, headers?: table<string, string|string[]>, body?: any, text?: string, base64?: string}
---@field failure? {kind: string, message?: string, status?: integer, sent?: boolean, permanent?: boolean, deadline?: boolean}

---@class (exact) harnest.CassetteOptions
---@field path string the file
---@field mode? harnest.CassetteMode
---@field ignore? string|string[] names of query parameters that do not count
---@field filter? fun(interaction: harnest.Interaction): boolean? changes what is written; false leaves it out
---@field max_age? number seconds; playing an older file warns
---@field warn? fun(text: string) gets the warnings

---The result of `api:cassette_report`.
---@class harnest.CassetteReport
---@field path string
---@field mode harnest.CassetteMode
---@field is_recording boolean
---@field interactions integer in the file when it was opened
---@field unused string[]
---@field differences string[] with the mode "check"

--------------------------------------------------------------------- queries

---@alias harnest.QueryValue string|number|boolean|table

---@class harnest.PageQuery
---@field size? integer
---@field number? integer
---@field offset? integer
---@field limit? integer
---@field cursor? string
---@field after? string
---@field before? string
---@field [string] string|number

---How `api:rows` makes lines of rows.
---@class (exact) harnest.Lines
---@field format "csv"|"tsv"
---@field null? string the text of null and of missing values; default: ""
---@field safe? boolean no text begins like a formula of a spreadsheet
---@field block? integer bytes: joins lines to strings of at most this length
---@field others? boolean names the attributes that no column has

---@class (exact) harnest.RowOptions
---@field null? harnest.Null what JSON null becomes, instead of nil
---@field lines? "csv"|"tsv"|harnest.Lines
---@field again? boolean the first row is that of the resource taken last

---@class (exact) harnest.Query
---@field filter? table<string, harnest.QueryValue>
---@field sort? string|string[]
---@field include? string|string[]
---@field fields? table<string, string|string[]>
---@field page? harnest.PageQuery
---@field limit? integer
---@field after? string a string from `iterator:cursor()`
---@field concurrency? integer
---@field exact? boolean
---@field view? boolean
---@field null? harnest.Null of `api:rows`: what JSON null becomes, instead of nil
---@field missing? "error"|"nil" of `api:rows`: columns that no resource has
---@field sparse? boolean of `api:rows`: requests only the fields of the columns
---@field lines? "csv"|"tsv"|harnest.Lines of `api:rows`: each row is a line
---@field params? table<string, harnest.QueryValue>

---------------------------------------------------------------------- writes

---The table of `api:create` and `api:update`.
---@class harnest.Data
---@field type? string
---@field id? harnest.Id
---@field lid? string
---@field attributes? table<string, any>
---@field relationships? table<string, harnest.Linkage>
---@field links? any not sent
---@field meta? table<string, any>
---@field if_match? string an ETag
---@field idempotency_key? string

---@class (exact) harnest.DeleteOptions
---@field if_match? string an ETag
---@field idempotency_key? string

---@class harnest.OperationRef
---@field type? string
---@field id? harnest.Id
---@field lid? string
---@field relationship? string
---@field attributes? any not sent
---@field relationships? any not sent
---@field links? any not sent
---@field meta? any

---@class harnest.Operation
---@field op "add"|"update"|"remove"
---@field ref? harnest.OperationRef|harnest.Resource|harnest.View
---@field href? string
---@field data? any
---@field meta? table<string, any>

---@class harnest.Operations
---@field [integer] harnest.Operation
---@field idempotency_key? string

---@class harnest.OperationResult
---@field data? any
---@field meta? table<string, any>

---@class (exact) harnest.Request
---@field method? string in upper case; default "GET"
---@field path harnest.Place
---@field query? harnest.Query
---@field body? table a document
---@field headers? table<string, string>
---@field raw? boolean returns the body as a string

------------------------------------------------------------------- iterators

---`for resource, page in iterator do`
---@class harnest.ResourceIterator: userdata
---@overload fun(): harnest.Resource?, harnest.Page?
local ResourceIterator = {}

---@return harnest.Resource?
---@return harnest.Page|harnest.Error|nil page_or_err
function ResourceIterator:next() end

---Calls `fn` for each resource. Raises the error if a request fails.
---@param fn fun(resource: harnest.Resource, page: harnest.Page)
function ResourceIterator:each(fn) end

---Makes it an iterator over rows, from the next resource on.
---@param columns string[]
---@param options? harnest.RowOptions
---@return harnest.RowIterator
function ResourceIterator:rows(columns, options) end

---Stops the iterator.
function ResourceIterator:close() end

---Returns a string for the query's `after`.
---@return string?
function ResourceIterator:cursor() end

---`for value, … in iterator do`
---@class harnest.RowIterator: userdata
---@overload fun(): any ...
local RowIterator = {}

---@return any ... a value for each column; nil at the end; nil and an error
function RowIterator:next() end

---Calls `fn` for each row. Raises the error if a request fails.
---@param fn fun(...: any)
function RowIterator:each(fn) end

---Changes the columns, from the next resource on.
---@param columns string[]
---@param options? harnest.RowOptions
---@return harnest.RowIterator
function RowIterator:rows(columns, options) end

---Stops the iterator.
function RowIterator:close() end

---Returns a string for the query's `after`.
---@return string?
function RowIterator:cursor() end

---`for page in iterator do`
---@class harnest.PageIterator: userdata
---@overload fun(): harnest.Page?
local PageIterator = {}

---@return harnest.Page?
---@return harnest.Error? err
function PageIterator:next() end

---Calls `fn` for each page. Raises the error if a request fails.
---@param fn fun(page: harnest.Page)
function PageIterator:each(fn) end

---Stops the iterator.
function PageIterator:close() end

---Returns a string for the query's `after`.
---@return string?
function PageIterator:cursor() end

---`for identifier, page in iterator do`
---@class harnest.IdentifierIterator: userdata
---@overload fun(): harnest.Identifier?, harnest.Page?
local IdentifierIterator = {}

---@return harnest.Identifier?
---@return harnest.Page|harnest.Error|nil page_or_err
function IdentifierIterator:next() end

---Calls `fn` for each identifier. Raises the error if a request fails.
---@param fn fun(identifier: harnest.Identifier, page: harnest.Page)
function IdentifierIterator:each(fn) end

---Makes it an iterator over rows, from the next identifier on.
---@param columns string[]
---@param options? harnest.RowOptions
---@return harnest.RowIterator
function IdentifierIterator:rows(columns, options) end

---Stops the iterator.
function IdentifierIterator:close() end

---Returns a string for the query's `after`.
---@return string?
function IdentifierIterator:cursor() end

----------------------------------------------------------------- collections

---An immutable query scope. Each step returns a new one.
---@class harnest.Collection
local Collection = {}

---@param filter table<string, harnest.QueryValue>
---@return harnest.Collection
function Collection:where(filter) end

---@param first string|string[]
---@param ... string
---@return harnest.Collection
function Collection:sort(first, ...) end

---@param ... string|string[]
---@return harnest.Collection
function Collection:include(...) end

---@param fields table<string, string|string[]>
---@return harnest.Collection
function Collection:fields(fields) end

---@param size integer
---@return harnest.Collection
function Collection:page_size(size) end

---@param limit integer
---@return harnest.Collection
function Collection:limit(limit) end

---@param query harnest.Query
---@return harnest.Collection
function Collection:query(query) end

---@param ... harnest.Query?
---@return harnest.ResourceIterator
function Collection:list(...) end

---@param ... harnest.Query?
---@return harnest.PageIterator
function Collection:pages(...) end

---@param columns string[]
---@param ... harnest.Query?
---@return harnest.RowIterator
function Collection:rows(columns, ...) end

---@param ... harnest.Query?
---@return harnest.Resource[]?
---@return harnest.Error? err
function Collection:all(...) end

---@param ... harnest.Query?
---@return harnest.Resource?
---@return harnest.Error? err
function Collection:first(...) end

---@param ... harnest.Query?
---@return integer?
---@return harnest.Error? err
function Collection:count(...) end

---@param id harnest.Id
---@param ... harnest.Query?
---@return harnest.Resource?
---@return harnest.Error? err
function Collection:get(id, ...) end

--------------------------------------------------------------- relationships

---@class harnest.Relationship
local Relationship = {}

---Reads the linkage, all pages of it.
---@param ... harnest.Query?
---@return harnest.Identifier|harnest.Identifier[]|nil
---@return harnest.Error? err
function Relationship:get(...) end

---@param ... harnest.Query?
---@return harnest.IdentifierIterator
function Relationship:list(...) end

---Replaces the linkage.
---@param value harnest.Linkage
---@return harnest.Identifier|harnest.Identifier[]|harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
function Relationship:replace(value) end

---Adds members to a to-many relationship.
---@param values harnest.Linkage
---@return harnest.Identifier[]|harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
function Relationship:add(values) end

---Removes members from a to-many relationship.
---@param values harnest.Linkage
---@return harnest.Identifier[]|harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
function Relationship:remove(values) end

----------------------------------------------------------------------- tasks

---What `api:spawn` returns.
---@class harnest.Task
local Task = {}

---Returns whether the function has ended.
---@return boolean
function Task:done() end

---Returns what the function returned, or nil and what it raised.
---@return any ...
function Task:result() end

---Cancels the calls for which the task waits.
function Task:cancel() end

---------------------------------------------------------------- descriptions

---@class harnest.AttributeDescription
---@field types string[]
---@field count integer
---@field nulls number share, from 0 to 1
---@field example? any

---@class harnest.RelationshipDescription
---@field to? "one"|"many"
---@field types string[]
---@field count integer
---@field identifiers integer
---@field included integer

---@class harnest.PagingDescription
---@field number? integer
---@field last? integer
---@field total? integer
---@field size? integer
---@field next? string
---@field rule "link"|"header"|"cursor"|"end"|"number"|"total"|"guess"
---@field problem? string

---@class harnest.Description
---@field types string[]
---@field count integer
---@field attributes table<string, harnest.AttributeDescription>
---@field relationships table<string, harnest.RelationshipDescription>
---@field paging? harnest.PagingDescription

---------------------------------------------------------------------- client

---@class harnest.Stats
---@field requests integer
---@field retries integer
---@field connections integer opened
---@field bytes_in integer
---@field bytes_out integer
---@field cached integer responses that came from the cache
---@field waited number seconds

---@class harnest.Client: userdata
local Client = {}

---Iterates over resources.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.ResourceIterator
function Client:list(place, ...) end

---Iterates over pages.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.PageIterator
function Client:pages(place, ...) end

---Iterates over the values of columns, such as "id", "address.city" and "owner.name".
---@param place harnest.Place
---@param columns string[]
---@param ... harnest.Query? merged
---@return harnest.RowIterator
function Client:rows(place, columns, ...) end

---Reads all resources.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.Resource[]?
---@return harnest.Error? err its `partial` has the resources before the failure
function Client:all(place, ...) end

---Reads the first resource.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.Resource?
---@return harnest.Error? err
function Client:first(place, ...) end

---Counts resources.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return integer?
---@return harnest.Error? err
function Client:count(place, ...) end

---Reads one resource, by type and id, by a link or path, or by a resource.
---@param place harnest.Place
---@param id harnest.Id
---@param ... harnest.Query? merged
---@return harnest.Resource?
---@return harnest.Error? err
---@overload fun(self: harnest.Client, place: harnest.Place|harnest.Resource|harnest.Identifier, ...: harnest.Query?): harnest.Resource?, harnest.Error?
function Client:get(place, id, ...) end

---Reads the related resources of a resource: an iterator (to-many), a resource or nil (to-one).
---@param resource harnest.Resource|harnest.Identifier|harnest.View
---@param name string the relationship's name
---@param ... harnest.Query? merged
---@return harnest.Resource|harnest.ResourceIterator|nil
---@return harnest.Error? err
function Client:related(resource, name, ...) end

---Reads a whole document.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.Document|true|nil
---@return harnest.Error? err
function Client:fetch(place, ...) end

---Reads many resources: `for id, resource, err in api:get_many("contracts", {1, 2}) do`.
---@param place string a type or path
---@param ids harnest.Id[]
---@param ... harnest.Query? merged
---@return fun(): harnest.Id?, harnest.Resource?, harnest.Error?
function Client:get_many(place, ids, ...) end

---Sends any request.
---@param order harnest.Request
---@return harnest.Document|true|string|nil
---@return harnest.Info|harnest.Error info_or_err
function Client:request(order) end

---@param place harnest.Place
---@return harnest.Collection
function Client:collection(place) end

---Creates a resource.
---@param place harnest.Place
---@param data harnest.Data
---@param ... harnest.Query? merged
---@return harnest.Resource|harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
function Client:create(place, data, ...) end

---Updates a resource, by type and id or by a resource.
---@param place string
---@param id harnest.Id
---@param data harnest.Data
---@param ... harnest.Query? merged
---@return harnest.Resource|harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
---@overload fun(self: harnest.Client, resource: harnest.Resource|harnest.Identifier|harnest.View, data: harnest.Data, ...: harnest.Query?): harnest.Resource|harnest.Job|true|nil, harnest.Page|harnest.Error|nil
function Client:update(place, id, data, ...) end

---Deletes a resource, by type and id or by a resource.
---@param place string
---@param id harnest.Id
---@param options? harnest.DeleteOptions
---@return harnest.Job|true|nil
---@return harnest.Page|harnest.Error|nil page_or_err
---@overload fun(self: harnest.Client, resource: harnest.Resource|harnest.Identifier|harnest.View, options?: harnest.DeleteOptions): harnest.Job|true|nil, harnest.Page|harnest.Error|nil
function Client:delete(place, id, options) end

---Makes a relationship object, by type, id and name or by a resource and a name.
---@param place string
---@param id harnest.Id
---@param name string
---@return harnest.Relationship
---@overload fun(self: harnest.Client, resource: harnest.Resource|harnest.Identifier|harnest.View, name: string): harnest.Relationship
function Client:relationship(place, id, name) end

---Sends operations, of which the server applies all or none.
---@param operations harnest.Operations|harnest.Operation[]
---@return harnest.OperationResult[]|harnest.Job|nil
---@return harnest.Page|harnest.Error|nil page_or_err
function Client:atomic(operations) end

---Waits for the result of a job. Returns any other value unchanged.
---@param accepted any what a write returned
---@param ... any
---@return any result
---@return any page_or_err
function Client:wait(accepted, ...) end

---Runs functions concurrently. Returns a pair `{result, err}` for each.
---@param ... fun(): any, any
---@return {[1]: any, [2]: any}[]
function Client:parallel(...) end

---Discards what the client's cassette has recorded, and will: its file stays as it is.
function Client:discard_cassette() end

---Tells about the client's cassette.
---@return harnest.CassetteReport
function Client:cassette_report() end

---Starts a coroutine of `loop = "manual"`.
---@param fn fun(): ...: any
---@return harnest.Task
function Client:spawn(fn) end

---Describes what one page of a list has; `print` shows it in several lines.
---@param place harnest.Place
---@param ... harnest.Query? merged
---@return harnest.Description?
---@return harnest.Error? err
function Client:describe(place, ...) end

---Returns the links of the root document, which calls take in place of a type.
---@return {name: string, href: string}[]?
---@return harnest.Error? err
function Client:types() end

---Does what is ready, or waits at most `seconds` for something to become ready.
---@param seconds? number
---@param budget? number with `loop = "manual"`: seconds after which no more coroutines are resumed
---@return integer pending the number of calls in progress and of coroutines that can continue
function Client:step(seconds, budget) end

---Returns the descriptor to poll for reading.
---@return integer
function Client:pollfd() end

---Returns what to poll the descriptor for.
---@return "r"
function Client:events() end

---Returns 0 if a step is due now, else nil.
---@return 0?
function Client:timeout() end

---Makes a client like this one but for the options.
---@param options harnest.Options
---@return harnest.Client
function Client:with(options) end

---@return harnest.Stats
function Client:stats() end

---Ends the client.
function Client:close() end

---------------------------------------------------------------------- module

---@class (exact) harnest.EncodeOptions
---@field indent? integer

---@class harnest
---@field VERSION string
---@field null harnest.Null JSON's null
local harnest = {}

---Makes a client. Raises a usage error for a wrong option.
---@param options? harnest.Options
---@return harnest.Client
function harnest.new(options) end

---Merges queries.
---@param ... harnest.Query?
---@return harnest.Query
function harnest.query(...) end

---Marks a table as an array, so that it is written as `[]` if it is empty.
---@generic T: table
---@param t? T
---@return T
function harnest.array(t) end

---@param value any
---@return boolean
function harnest.is_array(value) end

---Returns the smallest table for `api:update` that turns `old` into `new`; nil if nothing differs.
---@param old harnest.Resource|harnest.View
---@param new harnest.Resource|harnest.View|harnest.Data
---@return harnest.Data?
function harnest.changes(old, new) end

---Returns the ETag of the response that contained this single resource.
---@param resource harnest.Resource|harnest.View
---@return string?
function harnest.etag(resource) end

---Returns the value of the option `authorization` for Basic authentication.
---@param user string
---@param password string
---@return string
function harnest.basic(user, password) end

---Returns a random UUID.
---@return string
function harnest.uuid() end

---Encodes a value as JSON.
---@param value any
---@param options? harnest.EncodeOptions
---@return string
function harnest.encode(value, options) end

---Decodes JSON.
---@param text string
---@return any value
---@return string? reason
function harnest.decode(text) end

return harnest
