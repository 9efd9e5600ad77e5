//! Numbers as a strip of one character each, from the smallest to the largest of them.

/// From nothing to the most; only the first is nothing.
const RAMP: [char; 8] = ['.', ':', '-', '=', '+', '*', '%', '#'];

/// `..:-=.+#`
pub fn strip(numbers: &[u32]) -> String {
    let most = numbers.iter().copied().max().unwrap_or(0);
    let steps = u32::try_from(RAMP.len()).unwrap_or(1) - 1;
    let sign = |n: u32| {
        let step = n.saturating_mul(steps).div_ceil(most.max(1)).min(steps);
        RAMP[usize::try_from(step).unwrap_or(0)]
    };
    numbers.iter().map(|n| sign(*n)).collect()
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn what_is_something_is_never_drawn_as_nothing() {
        for (numbers, wanted) in [
            (vec![], ""),
            (vec![0, 0], ".."),
            (vec![0, 1], ".#"),
            (vec![1, 100], ":#"),
            (vec![0, 1, 2, 3, 4, 5, 6, 7], ".:-=+*%#"),
        ] {
            assert_eq!(strip(&numbers), wanted, "{numbers:?}");
        }
    }
}
