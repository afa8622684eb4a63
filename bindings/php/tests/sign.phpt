--TEST--
What `make test` of phpize asks: it signs, verifies and refuses. The other tests here are PHPUnit's.
--EXTENSIONS--
personsig
--FILE--
<?php
use Personsig\{InputException, Signer, VerificationException};

$signer = new Signer('gosquared', 'personsig-test-secret');
echo $signer->sign(123456), "\n";
$timestamped = new Signer('chameleon', 'new', fallbackSecrets: ['personsig-test-secret']);
$signature = '05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824';
var_dump($timestamped->verify('123456', $signature, now: 1596165825));
foreach ([fn () => $timestamped->verify('123456', $signature), fn () => $signer->sign(''), fn () => $signer->sign(1.5)] as $call) {
    try {
        $call();
    } catch (VerificationException | InputException $e) {
        echo get_class($e), ': ', $e->reason, "\n";
    } catch (TypeError $e) {
        echo get_class($e), "\n";
    }
}
?>
--EXPECTF--
0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64
object(Personsig\Verified)#%d (2) {
  ["secretIndex"]=>
  int(1)
  ["signedAt"]=>
  int(1596165824)
}
Personsig\VerificationException: expired
Personsig\InputException: empty-user-id
TypeError
