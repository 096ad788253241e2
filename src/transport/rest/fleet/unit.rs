//! Sizes in words, as the dialect's original shows them.

/// Memory: binary units, always two decimals.
pub(super) fn memory(bytes: u64) -> String {
    scaled(bytes, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB"], 2)
}

/// Network traffic: decimal units, two decimals but for whole bytes.
pub(super) fn traffic(bytes: u64) -> String {
    scaled(bytes, 1000.0, &["B", "KB", "MB", "GB", "TB"], 0)
}

fn scaled(bytes: u64, base: f64, units: &[&str], decimals_of_bytes: usize) -> String {
    let (mut value, mut step) = (bytes as f64, 0);
    while value >= base && step + 1 < units.len() {
        value /= base;
        step += 1;
    }
    let decimals = if step == 0 { decimals_of_bytes } else { 2 };
    format!("{value:.decimals$} {}", units.get(step).unwrap_or(&""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_binary() {
        for (bytes, words) in [
            (0, "0.00 B"),
            (1023, "1023.00 B"),
            (1024, "1.00 KiB"),
            (134_742_016, "128.50 MiB"),
            (4 << 30, "4.00 GiB"),
            (3 << 50, "3072.00 TiB"),
        ] {
            assert_eq!(memory(bytes), words);
        }
    }

    #[test]
    fn traffic_is_decimal() {
        for (bytes, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (512_000, "512.00 KB"),
            (1_250_000, "1.25 MB"),
            (401_120, "401.12 KB"),
            (2_000_000_000_000_000, "2000.00 TB"),
        ] {
            assert_eq!(traffic(bytes), words);
        }
    }
}
