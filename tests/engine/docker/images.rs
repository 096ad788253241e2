//! Images, and their fetching from a registry of the test's own.

use futures::StreamExt;
use quayside::auth::Secret;
use quayside::runtime::{PullStep, RegistryLogin, Runtime, RuntimeError};

use super::registry::Registry;
use crate::real::{Container, DEADLINE, docker, engine, name, try_docker};

#[tokio::test(flavor = "multi_thread")]
async fn images_are_those_of_the_engine_with_their_containers() {
    let (engine, container) = (engine(), Container::idle());
    let tag = format!("{}:1", name("image"));
    docker(&["commit", &container.0, &tag]);
    let made = name("of");
    docker(&["create", "--name", &made, &tag]);
    let guard = Container(made);
    let id = docker(&["image", "inspect", "--format", "{{.Id}}", &tag]);
    let images = engine.images().await.unwrap();
    let image = images.iter().find(|image| image.id == id).unwrap();
    assert_eq!((image.tags.as_slice(), image.containers), ([tag.clone()].as_slice(), 1));
    assert_eq!(
        image.size.to_string(),
        docker(&["image", "inspect", "--format", "{{.Size}}", &tag])
    );
    assert!(
        docker(&["image", "inspect", "--format", "{{.Created}}", &tag])
            .starts_with(image.created.trim_end_matches('Z'))
    );
    assert_eq!(engine.image_id(&tag).await.unwrap().as_deref(), Some(id.as_str()));
    assert_eq!(engine.image_id("nobody/nothing:9").await, Ok(None));
    assert!(
        matches!(engine.image_remove(&tag, false).await, Err(RuntimeError::Conflict(m)) if m.contains("in use") || m.contains("is using"))
    );
    drop(guard);
    engine.image_remove(&tag, false).await.unwrap();
    assert!(try_docker(&["image", "inspect", &tag]).is_err());
    assert!(
        matches!(engine.image_remove(&tag, false).await, Err(RuntimeError::NotFound(m)) if m.contains("No such image"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_out_of_reach_may_be_tried_again() {
    // Nobody listens at port 1.
    let last = last("127.0.0.1:1/a/b:1", None).await;
    assert!(
        matches!(&last, Err(RuntimeError::Unavailable(m)) if m.contains("connection refused")),
        "{last:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_tells_layer_by_layer_and_ends_with_the_images_id() {
    let registry = Registry::start(None).await;
    let image = format!("127.0.0.1:{}/lab/thing:3", registry.port);
    let mut stream = engine().pull(&image, None).await.unwrap();
    let (mut statuses, mut done, mut sized) = (Vec::new(), None, false);
    while let Some(step) = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap() {
        match step.unwrap() {
            PullStep::Progress(progress) => {
                sized |= !progress.layer.is_empty() && progress.total.is_some();
                statuses.push(progress.status);
            }
            PullStep::Done(id) => done = Some(id),
        }
    }
    let own = docker(&["image", "inspect", "--format", "{{.Id}}", &image]);
    assert_eq!(done, Some(own));
    assert!(sized, "{statuses:?}");
    for word in ["Pulling fs layer", "Download complete", "Pull complete"] {
        assert!(statuses.iter().any(|status| status == word), "{word} is not in {statuses:?}");
    }
    // Without tag and digest it is `latest` alone, not every tag there is.
    assert!(registry.asked().iter().any(|path| path.ends_with("/manifests/3")));
    let untagged = format!("127.0.0.1:{}/lab/thing", registry.port);
    assert!(matches!(last(&untagged, None).await, Ok(PullStep::Done(_))));
    assert!(registry.asked().iter().all(|path| !path.contains("tags/list")));
    docker(&["rmi", &image, &untagged]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_refuses_is_told_from_one_that_lacks_the_image() {
    let registry = Registry::start(Some(("ann", "a+/?=~ÿ"))).await;
    let image = format!("127.0.0.1:{}/lab/closed:1", registry.port);
    let login = |password: &str| RegistryLogin {
        username: "ann".to_owned(),
        password: Secret::new(password.to_owned()),
    };
    let refused = last(&image, None).await;
    assert!(matches!(refused, Err(RuntimeError::Failed(_))), "{refused:?}");
    let refused = last(&image, Some(login("wrong"))).await;
    assert!(matches!(refused, Err(RuntimeError::Failed(_))), "{refused:?}");
    let pulled = last(&image, Some(login("a+/?=~ÿ"))).await;
    assert!(matches!(pulled, Ok(PullStep::Done(_))), "{pulled:?}");
    docker(&["rmi", &image]);
    let unknown = format!("127.0.0.1:{}/lab/missing:1", registry.port);
    let unknown = last(&unknown, Some(login("a+/?=~ÿ"))).await;
    assert!(matches!(unknown, Err(RuntimeError::NotFound(_))), "{unknown:?}");
}

/// The last step of a pull, whether it fails at once or later.
async fn last(image: &str, login: Option<RegistryLogin>) -> Result<PullStep, RuntimeError> {
    let mut stream = engine().pull(image, login).await?;
    let mut last = Err(RuntimeError::Failed("no step".to_owned()));
    while let Some(step) = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap() {
        last = step;
    }
    last
}
