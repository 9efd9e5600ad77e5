//! How packages answer, as a table: package, request, status.

use crate::demo::target::Package;

const SHOP: &str =
    "== src/a\nroute / 200 2\nroute /search 200 4 charset=ascii\nroute /down 503 1\n";

#[test]
fn packages_answer_as_their_routes_say() {
    let cases = [
        (SHOP, "/", "", Some(200)),
        (SHOP, "/anything", "", Some(200)),
        (SHOP, "/search", "q=shoes+42%21", Some(200)),
        (SHOP, "/search", "q=k%C3%BChl", Some(500)),
        (SHOP, "/search", "q=kühl", Some(500)),
        (SHOP, "/down", "", Some(503)),
        ("route /cart 200 4\n", "/pay", "", Some(404)),
        ("delay 3ms\ncurrency EUR\n", "/", "", None),
        ("route / many 4\nroute /\nroute\n", "/", "", None),
        ("", "/", "", None),
    ];
    for (text, path, query, status) in cases {
        let answer = Package::parse(text).answer(path, query);
        let found = answer.map(|answer| answer.status);
        assert_eq!(found, status, "{path}?{query} of {text:?}");
    }
}

#[test]
fn only_a_length_of_time_is_a_delay() {
    for (text, millis) in [("delay 3ms\n", 3), ("delay soon\n", 0), ("", 0)] {
        assert_eq!(Package::parse(text).delay().0, millis, "{text:?}");
    }
}
