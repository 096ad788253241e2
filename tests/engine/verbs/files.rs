//! Files into and out of a container, by packets and by `/files`.

use serde_json::json;

use super::{Bench, IDLE};
use crate::support::http::Ask;

const ONE: &str = "application/octet-stream";

fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o640);
    builder.append_data(&mut header, name, content).unwrap();
    builder.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tars_and_single_files_go_both_ways() {
    let bench = Bench::new().await;
    let name = "verbs-files";
    let _made = bench.made(name, IDLE).await;
    let docker = &bench.docker;
    let url = |path: &str| format!("/files/a/{name}?path={path}");
    let put = async |path: &str, kind: &str, body: Vec<u8>| {
        let ask = Ask::new("PUT", &url(path)).token(&bench.admin).header("content-type", kind);
        bench.hub.send(ask.body(body)).await
    };
    let get = async |path: &str, kind: &str| {
        bench.hub.send(Ask::get(&url(path)).token(&bench.admin).header("accept", kind)).await
    };
    let big: Vec<u8> = (0..1_500_000u32).map(|n| (n.wrapping_mul(n) >> 8) as u8).collect();
    assert_eq!(put("/tmp", "application/x-tar", tar("in/a.bin", &big)).await.status, 200);
    docker
        .run(&[
            "cp",
            &format!("{name}:/tmp/in/a.bin"),
            bench.hub.scratch.join("a").to_str().unwrap(),
        ])
        .await;
    assert!(std::fs::read(bench.hub.scratch.join("a")).unwrap() == big);
    assert_eq!(put("/tmp/b.bin", ONE, b"hello".to_vec()).await.status, 200);
    assert_eq!(docker.run(&["exec", name, "cat", "/tmp/b.bin"]).await, "hello");

    let file = get("/tmp/in/a.bin", ONE).await;
    assert_eq!((file.status, file.header("content-type")), (200, ONE));
    assert!(file.body == big);
    let archive = get("/tmp/in", "*/*").await;
    assert_eq!(archive.status, 200);
    let mut archive = tar::Archive::new(&archive.body[..]);
    let names: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names, ["in/", "in/a.bin"]);

    let list = bench.ok("container", "files", &json!({ "container": name, "path": "/tmp" })).await;
    let shown: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (i["name"].clone(), i["kind"].clone()))
        .collect();
    assert_eq!(shown, [(json!("b.bin"), json!("file")), (json!("in"), json!("directory"))]);

    // A file may not take the place of a directory, nor a directory that of a file.
    let refused = put("/tmp/in", ONE, b"x".to_vec()).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.text().contains("path: "), "{}", refused.text());
    assert_eq!(docker.run(&["exec", name, "ls", "/tmp/in"]).await, "a.bin");
    let refused = put("/tmp/b.bin", "application/x-tar", tar("x", b"x")).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(docker.run(&["exec", name, "cat", "/tmp/b.bin"]).await, "hello");
    assert_eq!(put("/tmp", "application/x-tar", b"no tar".to_vec()).await.status, 400);
    assert_eq!(put("/nowhere", "application/x-tar", tar("x", b"x")).await.status, 404);
    assert_eq!(get("/nowhere", "*/*").await.status, 404);
    assert_eq!(get("/tmp/in", ONE).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_gives_a_url_that_needs_nothing_else() {
    let bench = Bench::new().await;
    let name = "verbs-urls";
    let _made = bench.made(name, IDLE).await;
    let fields = |path: &str| json!({ "container": name, "path": path });
    let up = bench.ok("container", "upload", &fields("/tmp")).await;
    assert_eq!(up["method"], "PUT");
    let url = up["url"].as_str().unwrap();
    let path = &url[url.find("/files/").unwrap()..];
    let body = || tar("from-url", b"here");
    assert_eq!(bench.hub.send(Ask::new("PUT", path).body(body())).await.status, 200);
    assert_eq!(bench.docker.run(&["exec", name, "cat", "/tmp/from-url"]).await, "here");
    // Once.
    assert_eq!(bench.hub.send(Ask::new("PUT", path).body(body())).await.status, 401);
    let down = bench.ok("container", "download", &fields("/tmp/from-url")).await;
    assert_eq!(down["method"], "GET");
    let url = down["url"].as_str().unwrap();
    let path = &url[url.find("/files/").unwrap()..];
    let file = bench.hub.send(Ask::get(path).header("accept", ONE)).await;
    assert_eq!((file.status, &file.body[..]), (200, &b"here"[..]));
}
