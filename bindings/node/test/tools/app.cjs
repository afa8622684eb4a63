const { Signer } = require('personsig');

console.log(new Signer('gosquared', 'personsig-test-secret').sign('123456'));
