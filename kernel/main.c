// SPDX-License-Identifier: GPL-2.0
/*
 * jackfruit - memory limits, events and kill policy without cgroups
 *
 * Only the ordered start and the reversed end of the module are here.
 */
#include <linux/module.h>

static int __init jf_init(void)
{
	return 0;
}

static void __exit jf_exit(void)
{
}

module_init(jf_init);
module_exit(jf_exit);

MODULE_DESCRIPTION("Memory limits, events and kill policy for containers without cgroups");
MODULE_LICENSE("GPL");
