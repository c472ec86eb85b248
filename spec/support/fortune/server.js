// Fortune, an independent JSON:API server, with its JSON:API serializer and its memory adapter, set up
// as in its readme. It listens on a free loopback port, prints the port, and exits when its standard
// input is closed.

'use strict'

const http = require('http')
const path = require('path')

const folder = path.resolve(process.argv[2])
const installed = name => require(require.resolve(name, { paths: [ folder ] }))
const fortune = installed('fortune')
const fortuneHTTP = installed('fortune-http')
const jsonApi = installed('fortune-json-api')

const { ConflictError, ForbiddenError } = fortune.errors
const { methods } = fortune

// Records

const recordTypes = {
  person: {
    name: String,
    email: String,
    articles: [ Array('article'), 'author' ],
    comments: [ Array('comment'), 'author' ]
  },
  article: {
    title: String,
    words: Number,
    rating: Number,
    public: Boolean,
    publishedOn: Date,
    tags: Array(String),
    extra: Object,
    author: [ 'person', 'articles' ],
    comments: [ Array('comment'), 'article' ]
  },
  comment: {
    text: String,
    revision: Number,
    article: [ 'article', 'comments' ],
    author: [ 'person', 'comments' ]
  }
}

const upTo = (count, make) => Array.from({ length: count }, (_, i) => Object.assign({ id: i + 1 }, make(i + 1)))

const names = [ 'Ada', 'Björn', 'Chidi', 'Dana', 'Émile' ]
const people = upTo(5, i => ({ name: names[i - 1], email: i === 4 ? null : `${i}@example.com` }))

// the fifth person has written none; the last one has no author
const tags = [ [], [ 'lua' ], [ 'lua', 'c' ], [ 'http' ] ]
const articles = upTo(25, i => ({
  title: i === 5 ? 'Über „5“: 100% + more & less?' : `Article ${String(i).padStart(2, '0')}`,
  words: i * 100,
  rating: i / 8,
  public: i % 2 === 0,
  publishedOn: new Date(Date.UTC(2020, 0, i)),
  tags: tags[i % 4],
  extra: i === 1 ? { big: 9007199254740991, none: null, list: [], nested: { empty: {} } } : null,
  author: i === 25 ? null : (i - 1) % 4 + 1
}))

// three on each of the first ten articles
const comments = upTo(30, i => ({ text: `Comment ${i}`, revision: 1, article: (i - 1) % 10 + 1, author: i % 5 + 1 }))

// Rules, as in a real application

class UnprocessableError extends Error {
  constructor (message, pointer) {
    super(message)
    Object.assign(this, { status: '422', source: { pointer } })
  }
}
Object.defineProperty(UnprocessableError.prototype, 'name', { value: 'UnprocessableError' })

function checkTitle (title) {
  if (!title) throw new UnprocessableError('An article needs a title.', '/data/attributes/title')
  if (title === 'taken') throw new ConflictError('That title is taken.')
}

const rules = {
  person (context, record, update) {
    if (context.request.method === methods.delete) throw new ForbiddenError('People are not deleted.')
    return update || record
  },

  article (context, record, update) {
    if (context.request.method === methods.create) checkTitle(record.title)
    if (update && update.replace && 'title' in update.replace) checkTitle(update.replace.title)
    return update || record
  },

  // a change by the server: such an update gets the resource, any other 204
  comment (context, record, update) {
    if (context.request.method === methods.create) return Object.assign(record, { revision: 1 })
    if (update) update.replace = Object.assign({}, update.replace, { revision: record.revision + 1 })
    return update
  }
}

// The server

async function main () {
  const hooks = Object.fromEntries(Object.keys(rules).map(type => [ type, [ rules[type] ] ]))
  const store = fortune(recordTypes, { hooks })
  await store.connect()
  await store.create('person', people)
  await store.create('article', articles)
  await store.create('comment', comments)

  const listener = fortuneHTTP(store, { serializers: [ [ jsonApi, { prefix: '/api', maxLimit: 10 } ] ] })
  listener.statusMap.set(UnprocessableError, 422)
  const server = http.createServer((request, response) => listener(request, response).catch(() => {}))
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
}

process.stdin.on('end', () => process.exit()).resume()
main()
