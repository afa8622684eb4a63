// Stands in for Chameleon's script: takes over the queues that the page's loader made, one for each method, and tells the sandbox each
// call. It is none of the vendor's code.
(function () {
  'use strict';
  var VENDOR = 'chameleon';
  var TITLE = 'Chameleon';
  /* post.js */

  var METHODS = ['setup', 'identify', 'alias', 'track', 'clear', 'set', 'show', 'on', 'off', 'custom', 'help', '_data'];
  var chmln = (window.chmln = window.chmln || {});
  // `.../messo/TOKEN/messo.min.js`
  var path = script && /\/messo\/([^/]+)\//.exec(script.src);
  var id = null;
  var hash = null;
  var anybody = false;

  function token() {
    return String(chmln.accountToken || (path && decodeURIComponent(path[1])) || '');
  }

  function told(call, detail, then) {
    post({ call: call, token: token(), user_id: id, signature: hash, detail: plain(detail) }, then);
  }

  var calls = {
    // `identify(uid, {...})` and `identify({uid, ...})`
    identify: function (uid, traits) {
      if (typeof uid === 'object' && uid) {
        traits = uid;
        uid = traits.uid;
      }
      traits = Object.assign({}, traits);
      id = text(uid);
      hash = text(traits.uid_hash);
      anybody = true;
      delete traits.uid;
      delete traits.uid_hash;
      told('identify', traits);
    },
    clear: function () {
      id = hash = null;
      told('clear', null);
    },
    // What is known of the user, for a function that is passed last.
    _data: function () {
      var callback = arguments[arguments.length - 1];
      post({ call: 'data', token: token(), user_id: id, signature: hash }, function (answer) {
        give(callback, (answer && answer.data) || null);
      });
    },
  };

  METHODS.forEach(function (name) {
    var queue = chmln[name + '_a'] || [];
    var method = safely(function () {
      var call = Array.prototype.slice.call(arguments);
      if (calls[name]) return calls[name].apply(null, call);
      told(name, call.length > 1 ? call : call[0]);
    });
    chmln[name] = method;
    queue.slice().forEach(function (call) {
      method.apply(null, call);
    });
    // Whoever has kept the loader's function still reaches this one.
    queue.push = function () {
      Array.prototype.forEach.call(arguments, function (call) {
        method.apply(null, call);
      });
      return 0;
    };
    chmln[name + '_a'] = queue;
  });

  var visit = visits(function () {
    return anybody;
  }, token);
  addEventListener(
    'pagehide',
    safely(function () {
      visit();
      flush();
    }),
  );
})();
