// SPDX-License-Identifier: GPL-2.0
/*
 * jackfruit - memory limits, events and kill policy on containers without cgroups
 *
 * Only the ordered start of the module and its reversed end are here. See jackfruit.h for the
 * layers and the locks.
 */
#include <linux/module.h>

#include "jackfruit.h"

struct workqueue_struct *jf_wq;

static int __init jf_init(void)
{
	int ret;

	ret = jf_probe_init();
	if (ret)
		return ret;
	jf_fault_init();
	/*
	 * unbound and high priority: a container that hogs its CPU must not keep the scan from
	 * looking at it
	 */
	jf_wq = alloc_workqueue("jackfruit", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!jf_wq)
		return -ENOMEM;
	ret = jf_event_init();
	if (ret)
		goto err_wq;
	ret = jf_member_init();
	if (ret)
		goto err_event;
	jf_scan_init();
	ret = jf_sysfs_init();
	if (ret)
		goto err_member;
	jf_debugfs_init();
	ret = jf_configfs_init();
	if (ret)
		goto err_debugfs;
	return 0;

err_debugfs:
	jf_debugfs_exit();
	jf_sysfs_exit();
err_member:
	jf_member_exit();
err_event:
	jf_event_exit();
err_wq:
	destroy_workqueue(jf_wq);
	return ret;
}

/*
 * No container is left, and none can be made once the control plane is gone. Then whatever runs by
 * itself is stopped (the scan, the uevents), and at last what it worked on is freed.
 */
static void __exit jf_exit(void)
{
	jf_configfs_exit();
	jf_debugfs_exit();
	jf_scan_exit();
	jf_uevent_exit();
	jf_sysfs_exit();
	jf_probe_exit();
	jf_member_exit();
	jf_event_exit();
	destroy_workqueue(jf_wq);
}

module_init(jf_init);
module_exit(jf_exit);

MODULE_DESCRIPTION("Memory limits, events and kill policy for containers without cgroups");
MODULE_AUTHOR("The jackfruit developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
