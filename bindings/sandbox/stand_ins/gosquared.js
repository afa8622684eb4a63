// Stands in for GoSquared's tracker: takes over the queue that the page's loader made, and tells the sandbox each call. It is none
// of the vendor's code.
(function () {
  'use strict';
  var VENDOR = 'gosquared';
  var TITLE = 'GoSquared';
  /* post.js */

  var METHODS = [
    'identify',
    'auth',
    'unidentify',
    'track',
    'event',
    'properties',
    'property',
    'set',
    'get',
    'chat',
    'transaction',
    'ecommerce',
    'load',
    'live',
  ];
  // What the vendor's tracker does within so many milliseconds is one request.
  var TOGETHER = 300;
  var trackers = {};
  var first = null;
  var anybody = false;

  function tracker(name) {
    return (trackers[name] = trackers[name] || { token: '', id: null, signature: null, pending: null, early: null });
  }

  function told(own, call, detail, more) {
    post(Object.assign({ call: call, token: own.token, user_id: own.id, signature: own.signature, detail: plain(detail) }, more));
  }

  // The identify that waits for its signature, with it or without.
  function settle(own, signature) {
    var pending = own.pending;
    if (!pending) return;
    clearTimeout(pending.timer);
    own.pending = null;
    own.signature = signature;
    own.settled = true;
    told(own, 'identify', pending.traits, own.early ? { note: 'auth-before-identify' } : {});
    own.early = null;
  }

  var calls = {
    identify: function (own, traits) {
      settle(own, null);
      traits = typeof traits === 'object' && traits ? traits : { id: traits };
      own.id = text(traits.id === undefined ? traits.email : traits.id);
      own.signature = null;
      anybody = true;
      own.pending = {
        traits: traits,
        timer: setTimeout(
          safely(function () {
            settle(own, null);
          }),
          TOGETHER,
        ),
      };
    },
    auth: function (own, signature) {
      signature = text(signature);
      if (own.pending) return settle(own, signature);
      if (own.id === null) {
        own.early = signature;
        return;
      }
      var note = own.signature === null ? { note: 'late-auth' } : {};
      own.signature = signature;
      told(own, 'auth', null, note);
    },
    unidentify: function (own) {
      settle(own, null);
      own.id = own.signature = own.early = null;
      told(own, 'unidentify', null);
    },
    // The person's chat history, for a function that is passed last.
    get: function (own, what, callback) {
      if (what !== 'chat') return told(own, 'get', what);
      post({ call: 'history', token: own.token, user_id: own.id, signature: own.signature }, function (answer) {
        give(callback, (answer && answer.data) || []);
      });
    },
  };

  var handle = safely(function (call) {
    call = Array.prototype.slice.call(call);
    var name = call.shift();
    if (typeof name === 'function') return give(name);
    name = String(name);
    // `name.method` is a call of a tracker that was given a name with its token.
    var dot = name.indexOf('.');
    var own = dot > 0 && trackers[name.slice(0, dot)] ? tracker(name.slice(0, dot)) : null;
    var method = own ? name.slice(dot + 1) : name;
    own = own || first || tracker('');
    if (METHODS.indexOf(method) < 0 && (/^GSN-/i.test(method) || !first)) {
      own = tracker(typeof call[0] === 'string' ? call[0] : '');
      own.token = method;
      first = first || own;
      // By itself, and of a visitor: whoever it is has not been identified yet.
      if (call[call.length - 1] !== false) post({ call: 'pageview', token: own.token });
      return;
    }
    first = first || own;
    if (calls[method]) return calls[method].apply(null, [own].concat(call));
    // What comes between identify and auth is unsigned.
    told(own, method, call.length > 1 ? call : call[0]);
  });

  var queue = (window._gs && window._gs.q) || [];
  window._gs = function () {
    handle(arguments);
  };
  // Whoever has kept the loader's function still reaches this one.
  window._gs.q = queue;
  var waitingCalls = queue.slice();
  queue.push = function () {
    Array.prototype.forEach.call(arguments, handle);
    return 0;
  };
  waitingCalls.forEach(handle);

  var visit = visits(
    function () {
      return anybody;
    },
    function () {
      return first ? first.token : '';
    },
  );
  addEventListener(
    'pagehide',
    safely(function () {
      Object.keys(trackers).forEach(function (name) {
        settle(trackers[name], null);
      });
      visit();
      flush();
    }),
  );
})();
